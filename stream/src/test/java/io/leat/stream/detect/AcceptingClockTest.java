package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.Marker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AcceptingClockTest {
  private static final long T = 1_800_000_000_000L;
  private static final long GRACE = 60_000;

  private final AcceptingTime time = new AcceptingTime(GRACE);
  private final AcceptingClock clock = new AcceptingClock("heartbeat", Map.of(0, 0L, 1, 0L));

  @Test
  void timeGoesOnWithMarkersWhenNothingWasSent() {
    assertThat(clock.now()).isEqualTo(Long.MIN_VALUE);
    for (int second = 0; second <= 10; second++) {
      assertThat(mark(marker("g", second, 0, 0))).isTrue();
    }

    assertThat(clock.now()).isEqualTo(T + 10_000);
  }

  @Test
  void timeWaitsForWhatWasLoggedBefore() {
    mark(marker("g", 0, 0, 0));
    assertThat(mark(marker("g", 1, 2, 1))).isFalse();
    assertThat(clock.read(0, 0)).isFalse();
    assertThat(clock.read(1, 0)).isFalse();
    assertThat(clock.now()).isEqualTo(T);

    assertThat(clock.read(0, 1)).isTrue();

    assertThat(clock.now()).isEqualTo(T + 1_000);
  }

  @Test
  void anOffsetThatIsNoRecordDoesNotStopTime() {
    mark(marker("g", 0, 0, 0));
    mark(marker("g", 1, 2, 0));

    assertThat(clock.read(0, 5)).isTrue();

    assertThat(clock.now()).isEqualTo(T + 1_000);
  }

  @Test
  void whatNobodyAcceptedInIsNoTimeAndEntitiesHaveTheGraceToComeBack() {
    mark(marker("g", 0, 0, 0));
    mark(marker("g", 1, 0, 0));
    for (int second = 3_600; second <= 3_660; second++) {
      mark(marker("h", second, 0, 0));
    }
    assertThat(clock.now()).isEqualTo(T + 1_000);

    mark(marker("h", 3_661, 0, 0));
    mark(marker("h", 3_662, 0, 0));

    assertThat(clock.now()).isEqualTo(T + 3_000);
  }

  @Test
  void theSlowestGatewayCountsUntilItIsHeardNoMore() {
    for (int second = 0; second <= 3; second++) {
      mark(marker("fast", second, 0, 0));
      mark(marker("slow", second, second == 0 ? 0 : 100, 0));
    }
    assertThat(clock.now()).isEqualTo(T);
    for (int second = 4; second <= 18; second++) {
      mark(marker("fast", second, 0, 0));
    }
    assertThat(clock.now()).isEqualTo(T);

    mark(marker("fast", 19, 0, 0));

    assertThat(clock.now()).isEqualTo(T + 19_000);
  }

  @Test
  void aClockThatGoesBackMovesNothing() {
    mark(marker("g", 10, 0, 0));
    assertThat(mark(marker("g", 5, 0, 0))).isFalse();
    assertThat(clock.now()).isEqualTo(T + 10_000);

    mark(marker("g", 11, 0, 0));

    assertThat(clock.now()).isEqualTo(T + 11_000);
  }

  @Test
  void aClockThatWasSetForwardAndBackStopsTimeForTheGraceOnly() {
    mark(marker("g", 0, 0, 0));
    mark(marker("g", 1, 0, 0));
    mark(marker("g", 3_600, 0, 0));
    mark(marker("g", 3_601, 0, 0));
    assertThat(clock.readTo()).isEqualTo(T + 3_601_000);
    for (int second = 4; second <= 64; second++) {
      mark(marker("g", second, 0, 0));
    }
    assertThat(clock.now()).isEqualTo(T + 1_000);
    assertThat(clock.readTo()).isEqualTo(T + 64_000);

    mark(marker("g", 65, 0, 0));

    assertThat(clock.now()).isEqualTo(T + 2_000);
    assertThat(clock.readTo()).isEqualTo(T + 65_000);
  }

  @Test
  void aGatewayWhoseClockRunsAheadDoesNotMakeTheOthersDead() {
    for (int second = 0; second <= 200; second++) {
      mark(marker("right", second, second < 150 ? 0 : 1, 0));
      mark(marker("ahead", second + 3_600, 0, 0));
    }
    long waits = clock.now();
    assertThat(waits).isGreaterThan(T + 80_000);

    mark(marker("ahead", 3_801, 0, 0));
    assertThat(clock.now()).isEqualTo(waits);
    clock.read(0, 0);
    assertThat(clock.now()).isGreaterThan(waits + 45_000);

    for (int second = 201; second <= 230; second++) {
      mark(marker("ahead", second + 3_600, 0, 0));
    }
    assertThat(clock.now()).isEqualTo(clock.newest());
  }

  @Test
  void onlyOwnPartitionsAreWaitedFor() {
    AcceptingClock own = new AcceptingClock("heartbeat", Map.of(1, 0L));
    own.mark(marker("g", 0, 0, 0), time.of("g", T));
    own.mark(marker("g", 1, 1_000, 1), time.of("g", T + 1_000));

    own.read(1, 0);

    assertThat(own.now()).isEqualTo(T + 1_000);
  }

  /**
   * The same markers and records, in whatever order they come to the task, end at the same time.
   */
  @Test
  void timeIsTheSameWhenTheLogIsReadAgainAndWhateverIsRestored() throws IOException {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      long seed = random.nextLong();
      long once = run(new Random(seed), new Random(1), false);
      assertThat(run(new Random(seed), new Random(2), false)).as("seed %s", seed).isEqualTo(once);
      assertThat(run(new Random(seed), new Random(3), true)).as("seed %s", seed).isEqualTo(once);
    }
  }

  private boolean mark(Marker marker) {
    return clock.mark(marker, time.of(marker.gateway(), marker.at()));
  }

  private static long run(Random world, Random order, boolean isRestored) throws IOException {
    AcceptingClock clock = new AcceptingClock("heartbeat", Map.of(0, 0L, 1, 0L));
    AcceptingTime time = new AcceptingTime(GRACE);
    long[] logged = new long[2];
    long[] read = new long[2];
    long second = 0;
    long before = Long.MIN_VALUE;
    for (int i = 0; i < 60; i++) {
      logged[0] += world.nextInt(3);
      logged[1] += world.nextInt(3);
      second += world.nextInt(20) == 0 ? 30 : 1;
      Marker marker = marker("g", second, logged[0], logged[1]);
      clock.mark(marker, time.of("g", marker.at()));
      for (int p = 0; p < 2; p++) {
        long until = i == 59 ? logged[p] : read[p] + order.nextInt((int) (logged[p] - read[p]) + 1);
        while (read[p] < until) {
          clock.read(p, read[p]++);
        }
      }
      assertThat(clock.now()).isGreaterThanOrEqualTo(before);
      before = clock.now();
      if (isRestored && order.nextInt(5) == 0) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        clock.write(new DataOutputStream(bytes));
        clock = new AcceptingClock("heartbeat", Map.of(0, 0L, 1, 0L));
        long[] times = time.snapshot();
        List<String> gateways = time.gateways();
        time = new AcceptingTime(GRACE);
        time.restore(times, gateways);
        clock.restore(List.of(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))));
      }
    }
    return clock.now();
  }

  private static Marker marker(String gateway, long second, long first, long other) {
    Map<Integer, Long> before = new HashMap<>();
    before.put(0, first);
    before.put(1, other);
    return new Marker(gateway, T + second * 1_000, Map.of("heartbeat", before));
  }
}
