package io.leat.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogFactsTest {

  @Test
  void factsGoThereAndBackWhateverTheClientIsCalled() {
    LogFacts facts =
        new LogFacts(1_763_716_800_000_001L, 7, 3, "it", "vi", "01a1-request", "a;b;c é");

    assertThat(LogFacts.decode(facts.encode())).isEqualTo(facts);
    assertThat(new String(facts.encode(), StandardCharsets.UTF_8))
        .isEqualTo("1763716800000001;7;3;it;vi;01a1-request;a;b;c é");
  }

  @Test
  void whatIsNoFactsIsRefused() {
    assertThatThrownBy(() -> LogFacts.decode("1;2;3".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a header 'leat'");
  }
}
