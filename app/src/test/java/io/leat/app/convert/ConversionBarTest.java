package io.leat.app.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.terminal.TestingTerminal;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConversionBarTest {
  private Instant now = Instant.EPOCH;

  @Test
  void rowsSpeedAndTheTimeThatIsLeftAreDrawn() {
    TestingTerminal terminal = new TestingTerminal(true, false, 120);
    try (ConversionBar bar = new ConversionBar(terminal.terminal(), () -> now, "a.parquet", 4000)) {
      now = now.plus(Duration.ofSeconds(2));
      bar.at(1000, 1, 50_000_000);
    }
    assertThat(terminal.out())
        .isEqualTo(
            "██████░░░░░░░░░░░░░░░░░░  25 %  a.parquet  1,000 rows  25 MB/s  ETA 6 s\u001b[K\n"
                + "\u001b[1F\u001b[J");
  }

  @Test
  void shortWorkAndPipesHaveNoBar() {
    TestingTerminal terminal = new TestingTerminal(true, false, 120);
    TestingTerminal pipe = TestingTerminal.pipe();
    try (ConversionBar bar = new ConversionBar(terminal.terminal(), () -> now, "a", 4);
        ConversionBar silent = new ConversionBar(pipe.terminal(), () -> now, "a", 4)) {
      now = now.plus(Duration.ofMillis(200));
      bar.at(4, 1, 1);
      now = now.plus(Duration.ofSeconds(9));
      silent.at(4, 1, 1);
    }
    assertThat(terminal.out() + pipe.out()).isEmpty();
  }
}
