package io.leat.rules.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.detect.KeyedDetector.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class StreamSilenceTest {
  private static final DetectorSpec OFFLINE =
      TestingKeys.spec(
          new DetectorKind.Silence(
              List.of("heartbeat"), Duration.ofSeconds(90), Duration.ofSeconds(60)),
          Duration.ofSeconds(30),
          DetectorSpec.Late.COUNT);

  /** What keys do: each sends every 30 s at its own second, unless it is said to be silent. */
  private static final class Fleet implements KeyedDetector.Output {
    private final KeyedDetector[] tasks;
    private final byte[][] states;
    private final long[] silentUntil;
    private final List<Long> offsets = new ArrayList<>();

    /** Of single keys, by state. */
    private final TreeSet<String> firing = new TreeSet<>();

    private final List<String> stream = new ArrayList<>();
    private final TreeSet<String> streamIds = new TreeSet<>();
    private int own;
    private StreamSilence silence = new StreamSilence("devices", OFFLINE, this);
    private final PriorityQueue<long[]> timers =
        new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
    private long second;
    private long offset;

    Fleet(int size, int tasks) {
      this.tasks = new KeyedDetector[tasks];
      for (int i = 0; i < tasks; i++) {
        this.tasks[i] = Detectors.of("devices", OFFLINE, List.of());
      }
      this.states = new byte[size][];
      this.silentUntil = new long[size];
      offsets.add(0L);
    }

    void silence(int from, int to, long until) {
      Arrays.fill(silentUntil, from, to, until);
    }

    void run(long seconds) {
      run(seconds, LongUnaryOperator.identity());
    }

    /** All that happens in so many seconds; the clock is told behind the events of each. */
    void run(long seconds, LongUnaryOperator clockOf) {
      for (long end = second + seconds; second < end; second++) {
        long clock = clockOf.applyAsLong(second);
        for (int key = (int) (second % 30); key < states.length; key += 30) {
          if (second >= silentUntil[key]) {
            LogPosition position = new LogPosition(1, "devices.heartbeat", key % 4, offset++);
            long micros = TestingKeys.micros((double) second);
            Observation event =
                new Observation(
                    "heartbeat",
                    name(key),
                    position,
                    micros,
                    micros,
                    TestingKeys.millis((double) clock),
                    TestingKeys.row(null, null));
            byte[] before = states[key];
            states[key] = tasks[key % tasks.length].onEvent(before, event, silence);
            if (before == null || tasks[0].wakeAt(states[key]) < tasks[0].wakeAt(before)) {
              timer(key);
            }
          }
        }
        long now = TestingKeys.millis((double) clock);
        while (!timers.isEmpty() && timers.peek()[0] <= now) {
          int key = (int) timers.poll()[1];
          if (states[key] != null) {
            states[key] = tasks[key % tasks.length].onTime(name(key), states[key], now, silence);
            timer(key);
          }
        }
        silence.onTime(now);
      }
    }

    private void timer(int key) {
      if (states[key] != null) {
        timers.add(new long[] {tasks[0].wakeAt(states[key]), key});
      }
    }

    private static String name(int key) {
      return "device-" + key;
    }

    void restart() {
      byte[] snapshot = silence.snapshot();
      silence = new StreamSilence("devices", OFFLINE, this);
      silence.restore(snapshot);
      assertThat(silence.snapshot()).hasSameSizeAs(snapshot);
    }

    @Override
    public void alert(
        String id,
        Alert.State state,
        String key,
        long startedAt,
        long at,
        Map<String, Object> values,
        List<LogPosition> evidence) {
      assertThat(evidence).hasSizeLessThanOrEqualTo(Alert.MOST_EVIDENCE);
      if (key.isEmpty()) {
        stream.add(
            state + " at " + second + ": " + values.get("silent") + " of " + values.get("known"));
        streamIds.add(id);
      } else if (state == Alert.State.FIRING) {
        own++;
        assertThat(firing.add(key)).as(key + " fires once").isTrue();
      } else {
        assertThat(firing.remove(key)).as(key + " was firing").isTrue();
      }
    }

    @Override
    public void late() {}
  }

  @Test
  void aWholeStreamOfAHundredThousandKeysThatFallsSilentIsOneAlert() {
    Fleet fleet = new Fleet(100_000, 3);
    fleet.run(100);
    fleet.silence(0, 100_000, 1_000);
    fleet.run(900);
    assertThat(fleet.stream).hasSize(1).first().asString().startsWith("FIRING at 17");
    assertThat(fleet.own).isZero();
    assertThat(fleet.silence.firing()).hasSize(1);

    fleet.restart();
    fleet.run(300);
    assertThat(fleet.stream).hasSize(2).last().asString().startsWith("RESOLVED at 101");
    assertThat(fleet.streamIds).hasSize(1);
    assertThat(fleet.own).isZero();
    assertThat(fleet.silence.firing()).isEmpty();
  }

  @Test
  void whoStaysSilentWhenTheStreamIsBackFiresThen() {
    Fleet fleet = new Fleet(1_000, 2);
    fleet.run(100);
    fleet.silence(0, 1_000, 600);
    fleet.silence(300, 307, 5_000);
    fleet.run(560);
    assertThat(fleet.own).isZero();

    fleet.run(200);
    assertThat(fleet.firing)
        .containsExactly(
            "device-300",
            "device-301",
            "device-302",
            "device-303",
            "device-304",
            "device-305",
            "device-306");
    assertThat(fleet.stream).hasSize(2);
    fleet.run(5_000);
    assertThat(fleet.firing).isEmpty();
  }

  @Test
  void aSingleSilentKeyIsToldWithoutDelay() {
    Fleet fleet = new Fleet(1_000, 1);
    fleet.run(100);
    fleet.silence(0, 1, 5_000);
    fleet.run(80);
    assertThat(fleet.firing).isEmpty();
    fleet.run(1);
    assertThat(fleet.firing).containsExactly("device-0");
  }

  @Test
  void fewerThanHalfAreToldOneByOneAndMoreAsOne() {
    Fleet fewer = new Fleet(1_000, 1);
    fewer.run(100);
    fewer.silence(0, 450, 5_000);
    fewer.run(300);
    assertThat(fewer.firing).hasSize(450);
    assertThat(fewer.stream).isEmpty();

    Fleet more = new Fleet(1_000, 1);
    more.run(100);
    more.silence(0, 600, 5_000);
    more.run(300);
    assertThat(more.firing).isEmpty();
    assertThat(more.stream).hasSize(1);

    more.silence(700, 710, 5_000);
    more.run(300);
    assertThat(more.firing).hasSize(10);
  }

  @Test
  void keysThatAreSilentForGoodDoNotHoldTheOthersBack() {
    Fleet fleet = new Fleet(1_000, 1);
    fleet.run(100);
    fleet.silence(0, 400, 1_000_000);
    fleet.run(300);
    fleet.silence(400, 600, 1_000_000);
    fleet.run(300);
    assertThat(fleet.firing).hasSize(600);
    fleet.silence(700, 701, 1_000_000);
    fleet.run(130);
    assertThat(fleet.firing).hasSize(601);
    assertThat(fleet.stream).isEmpty();
  }

  @Test
  void aStreamThatFallsSilentAgainBeforeAllAreBackIsOneAlertAgain() {
    Fleet fleet = new Fleet(1_000, 1);
    fleet.run(100);
    fleet.silence(0, 1_000, 600);
    fleet.run(520);
    fleet.silence(0, 1_000, 1_500);
    fleet.run(880);
    fleet.run(400);
    assertThat(fleet.own).isZero();
    assertThat(fleet.stream).hasSizeBetween(2, 4);
    assertThat(fleet.stream.get(fleet.stream.size() - 1)).startsWith("RESOLVED");
  }

  /** Some never came back: they are among the silent of both. */
  @Test
  void aSecondSilenceOfAStreamIsAnotherAlert() {
    Fleet fleet = new Fleet(100, 1);
    fleet.run(100);
    fleet.silence(0, 100, 1_000_000);
    fleet.run(300);
    fleet.silence(40, 100, 0);
    fleet.run(45);
    assertThat(fleet.stream).hasSize(2);
    fleet.restart();
    fleet.silence(40, 100, 1_000_000);
    fleet.run(300);

    assertThat(fleet.stream).hasSize(3).last().asString().startsWith("FIRING");
    assertThat(fleet.streamIds).as("%s", fleet.stream).hasSize(2);
  }

  @Test
  void theAbsenceOfLeatIsNoSilence() {
    Fleet fleet = new Fleet(1_000, 1);
    fleet.run(100);
    fleet.silence(0, 1_000, 4_000);
    fleet.run(3_900, second -> 100);
    fleet.run(300, second -> second - 3_900);
    assertThat(fleet.own).isZero();
    assertThat(fleet.stream).isEmpty();
  }

  @Test
  void ofAFewKeysAllMustBeSilentAndASingleOneIsItself() {
    Fleet few = new Fleet(5, 1);
    few.run(100);
    few.silence(0, 5, 5_000);
    few.run(300);
    assertThat(few.firing).isEmpty();
    assertThat(few.stream).hasSize(1);

    Fleet one = new Fleet(1, 1);
    one.run(100);
    one.silence(0, 1, 5_000);
    one.run(300);
    assertThat(one.firing).containsExactly("device-0");
    assertThat(one.stream).isEmpty();
  }

  /** Whatever happens: at the end of calm, exactly those that are silent are firing. */
  @Test
  void afterAnyHistoryThoseAreFiringThatAreSilent() {
    for (int seed = 0; seed < 150; seed++) {
      Random random = new Random(seed);
      int size = 2 + random.nextInt(60);
      Fleet fleet = new Fleet(size, 1 + random.nextInt(3));
      fleet.run(60);
      for (int i = 0; i < 10; i++) {
        int from = random.nextInt(size);
        int to = from + 1 + random.nextInt(size - from);
        fleet.silence(from, to, fleet.second + random.nextInt(600));
        fleet.run(random.nextInt(400));
        fleet.restart();
      }
      fleet.run(2_000);
      assertThat(fleet.firing).as("seed %s", seed).isEmpty();
      assertThat(fleet.silence.firing()).as("seed %s", seed).isEmpty();
      fleet.silence(0, 1, 1_000_000);
      fleet.run(200);
      assertThat(fleet.firing).as("seed %s, %s keys", seed, size).containsExactly("device-0");
    }
  }
}
