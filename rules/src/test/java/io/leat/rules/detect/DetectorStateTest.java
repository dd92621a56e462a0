package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.COLUMNS;
import static io.leat.rules.detect.TestingKeys.row;
import static io.leat.rules.detect.TestingKeys.spec;
import static io.leat.rules.detect.TestingKeys.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.rules.detect.KeyedDetector.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for all kinds: their states are all that they remember. */
class DetectorStateTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  static Stream<DetectorKind> kinds() {
    return Stream.of(
        new DetectorKind.Silence(List.of("telemetry"), MINUTE, MINUTE),
        new DetectorKind.Threshold("telemetry", when("temperature > 80.0"), 3, MINUTE, null, 2),
        new DetectorKind.Rate("telemetry", null, true, 6L, 2L, MINUTE),
        new DetectorKind.Change("telemetry", "code", null, null, MINUTE),
        new DetectorKind.Anomaly(
            "telemetry", "temperature", Duration.ofMinutes(10), 2, 1, Duration.ofMinutes(5)),
        new DetectorKind.MissingData("telemetry", Duration.ofSeconds(10), MINUTE, 0.6),
        new DetectorKind.Sequence(
            "telemetry",
            when("code == 'a'"),
            when("code == 'b'"),
            when("temperature > 85.0"),
            MINUTE,
            null,
            MINUTE),
        new DetectorKind.Sequence(
            "telemetry",
            when("temperature > 75.0"),
            null,
            when("code == 'a'"),
            MINUTE,
            when("code == 'b'"),
            MINUTE));
  }

  private static KeyedDetector detector(DetectorKind kind, DetectorSpec.Late late) {
    return Detectors.of("devices", spec(kind, Duration.ofSeconds(20), late), COLUMNS);
  }

  private static List<Observation> events(Random random, int number) {
    List<Observation> events = new ArrayList<>();
    double now = 0;
    String code = "a";
    double level = 70;
    for (int i = 0; i < number; i++) {
      now += random.nextInt(12) == 0 ? random.nextInt(200) : random.nextInt(20);
      double behind = random.nextInt(4) == 0 ? random.nextInt(60) : 0;
      double time = random.nextInt(30) == 0 ? now + 1e6 : now - behind;
      code = random.nextInt(6) == 0 ? String.valueOf((char) ('a' + random.nextInt(3))) : code;
      level = random.nextInt(8) == 0 ? 60 + random.nextInt(30) : level;
      events.add(
          TestingKeys.observation(
              "k", i, time, now, now, row(code, level + random.nextGaussian())));
    }
    return events;
  }

  /** Timers ring in time before each event. */
  private static void judge(TestingKeys keys, Observation event) {
    for (long clock = event.clock() - 200_000; clock <= event.clock(); clock += 500) {
      keys.ring("k", clock);
    }
    keys.judge(event);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatFollowsDependsOnTheStateAloneNotOnTimersNorOnWhatIsReadAgain(DetectorKind kind) {
    int told = 0;
    for (int seed = 0; seed < 120; seed++) {
      Random random = new Random(seed);
      DetectorSpec.Late late =
          random.nextBoolean() ? DetectorSpec.Late.COUNT : DetectorSpec.Late.CORRECT;
      List<Observation> events = events(random, 120);
      TestingKeys inTime = new TestingKeys(detector(kind, late));
      events.forEach(e -> judge(inTime, e));

      TestingKeys withoutTimers = new TestingKeys(detector(kind, late));
      events.forEach(withoutTimers::judge);
      assertThat(withoutTimers.told).as("%s, seed %s", kind, seed).isEqualTo(inTime.told);
      assertThat(withoutTimers.states.get("k")).isEqualTo(inTime.states.get("k"));

      int restart = random.nextInt(events.size());
      TestingKeys before = new TestingKeys(detector(kind, late));
      events.subList(0, restart).forEach(before::judge);
      TestingKeys after = new TestingKeys(detector(kind, late));
      before.states.forEach((key, state) -> after.states.put(key, state.clone()));
      events.subList(Math.max(0, restart - 10), events.size()).forEach(after::judge);
      List<TestingKeys.Told> both = new ArrayList<>(before.told);
      both.addAll(after.told);
      assertThat(both).as("%s, seed %s, from %s", kind, seed, restart).isEqualTo(inTime.told);
      told += both.size();
    }
    assertThat(told).as("%s", kind).isGreaterThan(100);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aStateOfAnotherKindSaysNothing(DetectorKind kind) {
    List<Observation> events = events(new Random(1), 50);
    TestingKeys own = new TestingKeys(detector(kind, DetectorSpec.Late.COUNT));
    events.forEach(own::judge);
    kinds()
        .filter(other -> !other.yaml().equals(kind.yaml()))
        .forEach(
            other -> {
              KeyedDetector detector = detector(other, DetectorSpec.Late.COUNT);
              byte[] state = own.state();
              assertThat(detector.firing("k", state)).isEmpty();
              assertThat(detector.wakeAt(state)).isEqualTo(KeyedDetector.NEVER);
              TestingKeys fresh = new TestingKeys(detector);
              TestingKeys changed = new TestingKeys(detector);
              changed.states.put("k", state);
              fresh.judge(events.get(0));
              changed.judge(events.get(0));
              assertThat(changed.states.get("k")).isEqualTo(fresh.states.get("k"));
            });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theIdsOfWhatIsFiringAreInTheState(DetectorKind kind) {
    KeyedDetector detector = detector(kind, DetectorSpec.Late.COUNT);
    for (int seed = 0; seed < 20; seed++) {
      TestingKeys keys = new TestingKeys(detector);
      for (Observation event : events(new Random(seed), 100)) {
        keys.judge(event);
        List<String> open = new ArrayList<>();
        for (TestingKeys.Told told : keys.told) {
          if (!open.remove(told.id())) {
            open.add(told.id());
          }
        }
        assertThat(detector.firing("k", keys.state())).isEqualTo(open);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void damagedStatesAndThoseOfANewerLeatAreSaidToBe(DetectorKind kind) {
    KeyedDetector detector = detector(kind, DetectorSpec.Late.COUNT);
    TestingKeys keys = new TestingKeys(detector);
    Observation event = events(new Random(1), 1).get(0);
    keys.judge(event);
    byte[] state = keys.state();
    byte[] newer = state.clone();
    newer[1] = 77;
    assertThatThrownBy(() -> detector.wakeAt(newer))
        .hasMessage(
            "a detector's state has version 77, and this Leat reads up to "
                + state[1]
                + ": start the Leat that wrote it");
    byte[] cut = Arrays.copyOf(state, 3);
    assertThatThrownBy(() -> detector.wakeAt(cut))
        .hasMessage("a detector's state of 3 bytes ends early: it is damaged");
  }

  @Test
  void boundsOfStatesAreKept() {
    Map<String, Integer> bounds =
        Map.of(
            "silence",
            60,
            "sequence",
            700,
            "threshold",
            140,
            "rate",
            700,
            "change",
            120,
            "anomaly",
            300,
            "missing-data",
            120);
    kinds()
        .forEach(
            kind -> {
              TestingKeys keys = new TestingKeys(detector(kind, DetectorSpec.Late.CORRECT));
              for (Observation event : events(new Random(1), 3_000)) {
                keys.judge(event);
                assertThat(keys.state())
                    .as(kind.yaml())
                    .hasSizeLessThanOrEqualTo(Objects.requireNonNull(bounds.get(kind.yaml())));
              }
            });
  }
}
