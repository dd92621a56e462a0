package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PastTimeTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void aTimeIsWrittenInFullOrAsHowLongAgoItWas() {
    assertThat(PastTime.parse("2h", NOW, "")).isEqualTo("2026-03-01T10:00:00Z");
    assertThat(PastTime.parse("1d", NOW, "")).isEqualTo("2026-02-28T12:00:00Z");
    assertThat(PastTime.parse("2026-01-31T13:00:00+01:00", NOW, ""))
        .isEqualTo("2026-01-31T12:00:00Z");
    assertThatThrownBy(() -> PastTime.parse("yesterday", NOW, "2d for two days ago"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("'yesterday' is no time; write 2026-01-31T12:00:00Z, or 2d for two days ago");
  }
}
