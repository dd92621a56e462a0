package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReplayingTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void aPeriodOfWhichRowsMayHaveAgedOutIsRefused() {
    assertThatThrownBy(
            () -> Replaying.refuseAged(Duration.ofDays(1), NOW.minus(Duration.ofHours(25)), NOW))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST))
        .hasMessage(
            "The period begins at 2026-02-28T11:00:00Z, and rows from before 2026-02-28T12:00:00Z"
                + " may have aged out ('lake.keep-for'): begin later");

    Replaying.refuseAged(Duration.ofDays(1), NOW.minus(Duration.ofHours(24)), NOW);
    Replaying.refuseAged(null, Instant.EPOCH, NOW);
  }
}
