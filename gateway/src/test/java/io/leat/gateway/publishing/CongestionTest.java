package io.leat.gateway.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.junit.jupiter.api.Test;

class CongestionTest {
  private static final long MILLI = 1_000_000;
  private static final long KIB = 1_024;
  private static final long DEADLINE = Duration.ofMillis(4_200).toNanos();

  /** Until then it may be in vain. */
  private static final long LEARNED = Duration.ofSeconds(10).toNanos();

  private static final long REQUEST = 100 * KIB;

  private final Congestion congestion = new Congestion();

  @Test
  void aLogThatKeepsUpIsNotBounded() {
    for (int i = 1; i <= 100; i++) {
      assertThat(congestion.takes(1 << 20, i * MILLI)).isTrue();
    }
    for (int i = 1; i <= 100; i++) {
      congestion.done(1 << 20, 1 << 20, 2_400 * MILLI, (2_000 + i) * MILLI);
    }

    assertThat(congestion.limit(2_100 * MILLI)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aPauseInWhichNothingWaitedIsNobodysFault() {
    congestion.takes(KIB, 0);
    congestion.done(KIB, KIB, MILLI, MILLI);

    assertThat(congestion.limit(3_600_000 * MILLI)).isEqualTo(Long.MAX_VALUE);
    assertThat(congestion.takes(KIB, 3_600_000 * MILLI)).isTrue();
    assertThat(congestion.limit(3_600_001 * MILLI)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatWaitsWithoutAnyOutcomeBoundsWhatIsTakenOnAndASingleRequestAlwaysFits() {
    assertThat(congestion.takes(600 * KIB, 0)).isTrue();
    assertThat(congestion.takes(KIB, 3_400 * MILLI)).isTrue();
    assertThat(congestion.takes(KIB, 3_600 * MILLI)).isFalse();

    congestion.done(601 * KIB, 0, 4_200 * MILLI, 4_200 * MILLI);

    assertThat(congestion.takes(1 << 30, 4_200 * MILLI)).isTrue();
    assertThat(congestion.takes(KIB, 4_200 * MILLI)).isFalse();
  }

  @Test
  void whatIsGivenBackSaysNothingOfTheLog() {
    assertThat(congestion.takes(600 * KIB, 0)).isTrue();
    assertThat(congestion.takes(KIB, 3_000 * MILLI)).isTrue();

    congestion.giveBack(KIB);

    assertThat(congestion.takes(KIB, 3_600 * MILLI)).isFalse();
  }

  @Test
  void oneHiccupIsOverWhenNothingComesForAWhile() {
    congestion.takes(KIB, 0);
    congestion.done(KIB, KIB, 4_000 * MILLI, 4_000 * MILLI);
    assertThat(congestion.limit(4_000 * MILLI)).isEqualTo(512 * KIB);

    assertThat(congestion.limit(10_000 * MILLI)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aTimeThatComesLateMovesNothing() {
    congestion.takes(KIB, 1_000 * MILLI);
    congestion.done(KIB, KIB, 4_000 * MILLI, 5_000 * MILLI);
    long limit = congestion.limit(5_000 * MILLI);

    congestion.takes(KIB, 4_400 * MILLI);

    assertThat(congestion.limit(5_000 * MILLI)).isEqualTo(limit);
  }

  /** One megabyte a second, offered ten: it goes on taking it. */
  @Test
  void aLogThatIsTooSlowIsUsedToTheFull() {
    Load load = new Load(10);
    load.run(Duration.ofMillis(100), REQUEST, Duration.ofMinutes(2));

    assertThat(load.acknowledged).isGreaterThan(100 * 1_000 * KIB);
    assertThat(load.tooLate).isLessThan(load.acknowledged / 10);
  }

  /**
   * However much is in a round, it takes as long; what it can take is more than what is offered.
   */
  @Test
  void aLogOfSlowRoundsThatTakesWhatIsOfferedIsNotBounded() {
    Load load = new Load(50);
    load.run(Duration.ofMillis(1_500), Long.MAX_VALUE, Duration.ofMinutes(2));

    assertThat(load.refused).isZero();
    assertThat(load.tooLate).isZero();
  }

  /** The same with rounds of at most a megabyte, and ten times what they take. */
  @Test
  void aLogOfSlowRoundsIsUsed() {
    Load load = new Load(10);
    load.run(Duration.ofMillis(600), 1 << 20, Duration.ofMinutes(2));

    assertThat(load.acknowledged).isGreaterThan(140L << 20);
    assertThat(load.tooLate).isLessThan(load.acknowledged / 10);
  }

  /** Requests that come at a pace, and a log that acknowledges in rounds. */
  private final class Load {
    private final long pause;
    private final Deque<long[]> waiting = new ArrayDeque<>();
    private long acknowledged;
    private long tooLate;
    private long refused;

    Load(int pauseMillis) {
      this.pause = pauseMillis * MILLI;
    }

    void run(Duration round, long bytesOfARound, Duration time) {
      long nextRound = round.toNanos();
      Deque<long[]> inRound = new ArrayDeque<>();
      for (long now = 0; now < time.toNanos(); now += 10 * MILLI) {
        if (now % pause == 0) {
          if (congestion.takes(REQUEST, now)) {
            waiting.add(new long[] {now, REQUEST});
          } else {
            refused += REQUEST;
          }
        }
        for (Iterator<long[]> all = waiting.iterator(); all.hasNext(); ) {
          long[] one = all.next();
          if (now - one[0] > DEADLINE) {
            all.remove();
            congestion.done(one[1], 0, now - one[0], now);
            tooLate += now < LEARNED ? 0 : one[1];
          }
        }
        if (now >= nextRound) {
          for (long[] one : inRound) {
            congestion.done(one[1], one[1], now - one[0], now);
            acknowledged += one[1];
          }
          inRound.clear();
          long left = bytesOfARound;
          while (!waiting.isEmpty() && left >= waiting.peek()[1]) {
            left -= waiting.peek()[1];
            inRound.add(waiting.remove());
          }
          nextRound = now + round.toNanos();
        }
      }
    }
  }
}
