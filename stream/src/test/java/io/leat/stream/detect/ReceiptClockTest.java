package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReceiptClockTest {
  private static final long T = 1_800_000_000_000L;

  private final List<Long> steps = new ArrayList<>();
  private final ReceiptClock clock =
      new ReceiptClock(
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          (accepting, at) -> steps.add((accepting - T) / 1_000));

  @Test
  void timeGoesOnSecondBySecondOverALull() {
    clock.received(T + 300);
    clock.received(T + 900);
    clock.received(T + 3_100);

    assertThat(steps).containsExactly(0L, 1L, 2L, 3L);
    assertThat(clock.now()).isEqualTo(T + 3_000);
    assertThat(clock.at()).isEqualTo(T + 3_000);
    assertThat(clock.absent()).isZero();
  }

  @Test
  void anAbsenceAndTheGraceAfterItAreNoTime() {
    clock.received(T);
    clock.received(T + 31_000);
    assertThat(clock.now()).isEqualTo(T);
    clock.received(T + 41_000);
    assertThat(clock.now()).isEqualTo(T);

    clock.received(T + 43_000);

    assertThat(clock.now()).isEqualTo(T + 2_000);
    assertThat(clock.at()).isEqualTo(T + 43_000);
    assertThat(clock.absent()).isEqualTo(31_000);
  }

  @Test
  void itNeverGoesBack() {
    clock.received(T + 5_000);
    clock.received(T);

    assertThat(steps).containsExactly(5L);
  }

  @Test
  void theEndIsReachedUnlessNobodyWasThere() {
    clock.received(T);
    clock.end(T + 30_000);
    assertThat(clock.now()).isEqualTo(T + 30_000);

    clock.end(T + 90_000);

    assertThat(clock.now()).isEqualTo(T + 30_000);
    assertThat(clock.absent()).isEqualTo(60_000);
  }

  @Test
  void withoutAReceiptThereIsNoTime() {
    clock.end(T);

    assertThat(steps).isEmpty();
  }
}
