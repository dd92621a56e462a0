package io.leat.gateway.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class CongestionTest {
  private static final long MILLI = 1_000_000;
  private static final long KIB = 1_024;

  private final Congestion congestion = new Congestion();

  @Test
  void aLogThatKeepsUpIsNotBounded() {
    congestion.begin(0);
    for (int i = 1; i <= 100; i++) {
      congestion.done(KIB, 900 * MILLI, i * MILLI);
    }

    assertThat(congestion.limit(KIB, 100 * MILLI)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aPauseInWhichNothingWaitedIsNobodysFault() {
    congestion.begin(0);
    congestion.done(KIB, MILLI, MILLI);
    congestion.begin(3_600_000 * MILLI);

    assertThat(congestion.limit(KIB, 3_600_000 * MILLI)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatWaitsWithoutAnyOutcomeBoundsWhatIsTakenOn() {
    congestion.begin(0);
    congestion.done(KIB, MILLI, MILLI);

    assertThat(congestion.admits(600 * KIB, KIB, 900 * MILLI)).isTrue();
    assertThat(congestion.admits(600 * KIB, KIB, 1_100 * MILLI)).isFalse();
    assertThat(congestion.admits(0, 1 << 20, 1_100 * MILLI)).isTrue();
  }

  /**
   * A log that takes 1 MiB a second, offered ten times as much: it goes on taking it, and what it
   * takes on is acknowledged in its time.
   */
  @Test
  void aLogThatIsTooSlowIsUsedToTheFull() {
    Deque<long[]> waiting = new ArrayDeque<>();
    long waitingBytes = 0;
    long acknowledged = 0;
    long tooLate = 0;
    long late = Duration.ofMillis(4_200).toNanos();
    for (long now = 0; now < Duration.ofSeconds(60).toNanos(); now += 10 * MILLI) {
      long size = 100 * KIB;
      if (congestion.admits(waitingBytes, size, now)) {
        if (waitingBytes == 0) {
          congestion.begin(now);
        }
        waiting.add(new long[] {now, size});
        waitingBytes += size;
      }
      while (!waiting.isEmpty() && now - waiting.peek()[0] > late) {
        long[] expired = waiting.remove();
        waitingBytes -= expired[1];
        congestion.done(0, now - expired[0], now);
        tooLate += now > Duration.ofSeconds(10).toNanos() ? expired[1] : 0;
      }
      if (now % (100 * MILLI) == 0 && !waiting.isEmpty()) {
        long[] done = waiting.remove();
        waitingBytes -= done[1];
        congestion.done(done[1], now - done[0], now);
        acknowledged += done[1];
      }
    }

    assertThat(tooLate).as("bytes that waited in vain once the bound was found").isZero();
    assertThat(acknowledged).isGreaterThan(55 * 1_000 * KIB);
  }
}
