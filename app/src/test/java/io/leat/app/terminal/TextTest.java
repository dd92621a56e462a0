package io.leat.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TextTest {
  @Test
  void countsHaveThousandsSeparators() {
    assertThat(Text.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Text.plural(1, "row", "rows")).isEqualTo("1 row");
    assertThat(Text.plural(2_000, "row", "rows")).isEqualTo("2,000 rows");
  }

  @Test
  void sizesHaveThreeDigitsAndABinaryUnit() {
    assertThat(Text.bytes(1023)).isEqualTo("1023 B");
    assertThat(Text.bytes(1_490_000)).isEqualTo("1.42 MiB");
    assertThat(Text.bytes(1L << 30)).isEqualTo("1.00 GiB");
    assertThat(Text.bytes((1L << 20) - 1)).isEqualTo("1.00 MiB");
  }

  @Test
  void durationsHaveTheirTwoLargestUnits() {
    assertThat(Text.duration(Duration.ofMillis(340))).isEqualTo("340 ms");
    assertThat(Text.duration(Duration.ofMillis(4_230))).isEqualTo("4.2 s");
    assertThat(Text.duration(Duration.ofSeconds(200))).isEqualTo("3 min 20 s");
    assertThat(Text.duration(Duration.ofHours(50))).isEqualTo("2 d 2 h");
  }

  @Test
  void dataCannotSteerTheTerminal() {
    assertThat(Text.printable("a\u001b[31mb\nc\u202e")).isEqualTo("a\\u001b[31mb\\nc\\u202e");
  }

  @Test
  void widthCountsColumnsNotCharactersNorStyles() {
    assertThat(Text.width("\u001b[1mab\u001b[0m")).isEqualTo(2);
    assertThat(Text.width("漢字")).isEqualTo(4);
    assertThat(Text.fit("abcdef", 4)).isEqualTo("abc…");
    assertThat(Text.fit("漢字", 3)).isEqualTo("漢…");
  }
}
