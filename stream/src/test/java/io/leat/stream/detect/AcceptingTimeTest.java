package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptingTimeTest {
  private static final long T = 1_800_000_000_000L;
  private static final long GRACE = 30_000;
  private static final long YEAR = Duration.ofDays(365).toSeconds();

  private AcceptingTime time = new AcceptingTime(GRACE);

  /** Markers of each second; returns the accepting time of the last, seconds since T. */
  private double mark(String gateway, long from, long to) {
    long accepting = 0;
    for (long second = from; second <= to; second++) {
      accepting = time.of(gateway, T + second * 1_000).accepting();
    }
    return (accepting - T) / 1e3;
  }

  @ParameterizedTest
  @ValueSource(longs = {60, 3_600, 365 * 86_400L})
  void aClockThatRanAheadAndIsSetBackCostsTheGraceTwice(long ahead) {
    assertThat(mark("g", 0, 100)).isEqualTo(100);

    assertThat(mark("g", 101 + ahead, 131 + ahead)).isEqualTo(100);
    assertThat(mark("g", 132 + ahead, 141 + ahead)).isEqualTo(110);

    assertThat(mark("g", 142, 172)).isEqualTo(110);
    assertThat(mark("g", 173, 272)).isEqualTo(210);
  }

  @Test
  void commonTimeNeverGoesBack() {
    long before = Long.MIN_VALUE;
    for (long second : new long[] {0, 1, 3_600, 3_601, 2, 3, 4, -YEAR, 1 - YEAR, YEAR, 5, 6}) {
      AcceptingTime.Reading reading = time.of("g", T + second * 1_000);
      assertThat(reading.time()).isGreaterThanOrEqualTo(before);
      assertThat(reading.accepting()).isBetween(T, T + 10_000);
      before = reading.time();
    }
  }

  @Test
  void aStepBackThatIsSmallerThanTheGapOnlyWaits() {
    mark("g", 0, 100);
    assertThat(mark("g", 96, 100)).isEqualTo(100);
    assertThat(mark("g", 101, 110)).isEqualTo(110);
  }

  @Test
  void anAbsenceBehindAStepBackIsOne() {
    mark("g", 0, 100);
    mark("g", 3_700, 3_740);
    mark("g", 141, 200);
    double before = mark("g", 201, 210);

    assertThat(mark("g", 500, 530)).isEqualTo(before);
    assertThat(mark("g", 531, 540)).isEqualTo(before + 10);
  }

  @Test
  void aGatewayWhoseClockIsSetBackToWhatTheOthersSayGoesOnWithThem() {
    for (long second = 0; second <= 100; second++) {
      mark("right", second, second);
      mark("ahead", second + 3_600, second + 3_600);
    }
    double before = mark("right", 101, 101);

    assertThat(mark("ahead", 101, 101)).isEqualTo(before);
    assertThat(mark("ahead", 102, 103)).isEqualTo(before + 2);
    assertThat(mark("right", 102, 104)).isEqualTo(before + 3);
  }

  @Test
  void timeGoesOnWithGatewaysWhoseClocksDiffer() {
    double right = 0;
    double ahead = 0;
    for (long second = 0; second <= 300; second++) {
      right = mark("right", second, second);
      ahead = mark("ahead", second + YEAR, second + YEAR);
    }
    assertThat(right).isGreaterThan(250);
    assertThat(ahead).isGreaterThan(250).isCloseTo(right, Offset.offset(2.0));
  }

  @Test
  void whatIsRestoredGoesOnAsIfNothingHadHappened() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      AcceptingTime whole = new AcceptingTime(GRACE);
      time = new AcceptingTime(GRACE);
      long second = 0;
      for (int i = 0; i < 200; i++) {
        second += random.nextInt(40) == 0 ? random.nextInt(200) - 100 : 1;
        long at = T + second * 1_000;
        assertThat(time.of("g", at)).as("seed %s, marker %s", seed, i).isEqualTo(whole.of("g", at));
        if (random.nextInt(10) == 0) {
          long[] snapshot = time.snapshot();
          List<String> names = time.gateways();
          time = new AcceptingTime(GRACE);
          time.restore(snapshot, names);
        }
      }
    }
  }

  @Test
  void aCheckpointBeforeAnyMarkerRestoresNothing() {
    long[] snapshot = time.snapshot();
    time = new AcceptingTime(GRACE);
    time.restore(snapshot, List.of());

    assertThat(mark("g", 0, 10)).isEqualTo(10);
  }

  @Test
  void theStateOfAnEarlierLeatGoesOn() {
    time.restore(new long[] {T + 100_000, T + 40_000, T + 90_000}, List.of());

    assertThat(mark("g", 101, 110)).isEqualTo(50);
  }

  @Test
  void theStateOfAnEarlierLeatThatWaitsForAClockToCatchUpGoesOnBehindTheGrace() {
    time.restore(new long[] {T + YEAR * 1_000, T + 40_000, T + 90_000}, List.of());

    assertThat(mark("g", 101, 131)).isEqualTo(40);
    assertThat(mark("g", 132, 141)).isEqualTo(50);
  }
}
