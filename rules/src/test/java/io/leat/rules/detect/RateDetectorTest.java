package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static io.leat.rules.detect.TestingKeys.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.detect.KeyedDetector.Observation;
import io.leat.rules.detect.TestingKeys.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RateDetectorTest {
  private static final Duration WITHIN = Duration.ofSeconds(64);

  private static DetectorKind.Rate storm(long moreThan) {
    return new DetectorKind.Rate("telemetry", when("code == 'E42'"), true, moreThan, null, WITHIN);
  }

  private static DetectorKind.Rate calm(long lessThan) {
    return new DetectorKind.Rate("telemetry", null, true, null, lessThan, WITHIN);
  }

  private final TestingKeys keys = new TestingKeys(detector(storm(3)));

  @Test
  void itFiresAboveTheBoundAndIsOverWithinItAlsoWhenNothingComesAnyMore() {
    for (int i = 0; i < 6; i++) {
      keys.event(i, i, "k", row("E42", null));
      keys.event(i, i, "k", row("E1", null));
    }
    keys.clock(65.9);
    assertThat(keys.lines()).containsExactly("FIRING k 3.0");
    assertThat(keys.told.get(0).values()).containsEntry("count", 4L).containsEntry("more_than", 3L);

    keys.clock(66);
    assertThat(keys.lines()).containsExactly("FIRING k 3.0", "RESOLVED k 66.0");
    assertThat(keys.told.get(1).values()).containsEntry("count", 3L);
  }

  @Test
  void tooFewAreToldOnceTheTimeIsOverAndNotWhileItIsNotKnown() {
    TestingKeys few = new TestingKeys(detector(calm(3)));
    few.event(0, "k", 20);
    few.event(10, "k", 20);
    few.clock(93.9);
    assertThat(few.told).isEmpty();

    few.clock(94);
    assertThat(few.lines()).containsExactly("FIRING k 64.0");
    few.event(95, "k", 20);
    few.event(96, "k", 20);
    few.event(97, "k", 20);
    assertThat(few.lines()).containsExactly("FIRING k 64.0", "RESOLVED k 97.0");
  }

  @Test
  void tooFewAreNotToldOfATimeWhenLeatWasAway() {
    TestingKeys few = new TestingKeys(detector(calm(3)));
    double clock = 0;
    for (int i = 0; i < 100; i++) {
      clock += 10;
      double time = clock + (i < 50 ? 0 : 3600);
      few.clock(clock);
      few.judge(TestingKeys.observation("k", i, time, time, clock, row(null, null)));
    }
    assertThat(few.told).isEmpty();
  }

  @Test
  void allTogetherAreCountedOverPartitionsAndEachPositionOnce() {
    DetectorKind.Rate all = new DetectorKind.Rate("telemetry", null, false, 5L, null, WITHIN);
    TestingKeys one = new TestingKeys(detector(all));
    for (int round = 0; round < 3; round++) {
      for (int partition = 0; partition < 4; partition++) {
        LogPosition position = new LogPosition(1, "devices.telemetry", partition, 9);
        one.judge(
            new Observation(
                "telemetry",
                "",
                position,
                TestingKeys.micros(1),
                TestingKeys.micros(1),
                TestingKeys.millis(1),
                row(null, null)));
      }
    }
    assertThat(one.told).isEmpty();
    one.judge(TestingKeys.observation("", 10, 2, 2, 2, row(null, null)));
    one.judge(TestingKeys.observation("", 11, 2, 2, 2, row(null, null)));
    assertThat(one.lines()).containsExactly("FIRING  2.0");
  }

  private static List<Long> offsets(Told told) {
    return told.evidence().stream().map(LogPosition::offset).toList();
  }

  @Test
  void theEvidenceIsTheEventsThatWereCounted() {
    keys.event(-100, -100, "k", row("E42", null));
    for (int i = 0; i < 6; i++) {
      keys.event(i, i, "k", row("E42", null));
      keys.event(i, i, "k", row("E1", null));
    }

    assertThat(keys.lines()).containsExactly("FIRING k 3.0");
    assertThat(offsets(keys.told.get(0))).containsExactly(2L, 4L, 6L, 8L);
  }

  @Test
  void ofManyEventsTheNewestAreEvidence() {
    TestingKeys many = new TestingKeys(detector(storm(30)));
    for (int i = 0; i < 31; i++) {
      many.event(i, i, "k", row("E42", null));
    }

    assertThat(offsets(many.told.get(0)))
        .containsExactlyElementsOf(LongStream.rangeClosed(12, 31).boxed().toList());
  }

  @Test
  void theEventThatCrossedTheBoundIsEvidenceAlsoWhenItCameLate() {
    TestingKeys many = new TestingKeys(detector(storm(30)));
    for (int i = 0; i < 30; i++) {
      many.event(i, i, "k", row("E42", null));
    }
    many.event(2, 30, "k", row("E42", null));

    assertThat(many.told.get(0).evidence()).hasSize(Alert.MOST_EVIDENCE);
    assertThat(offsets(many.told.get(0))).startsWith(12L).endsWith(31L);
  }

  @Test
  void ofTooFewEventsThoseThatCameAreEvidence() {
    TestingKeys few = new TestingKeys(detector(calm(3)));
    few.event(0, "k", 20);
    few.event(10, "k", 20);
    few.clock(94);
    assertThat(few.lines()).containsExactly("FIRING k 64.0");
    assertThat(offsets(few.told.get(0))).containsExactly(1L, 2L);

    TestingKeys one = new TestingKeys(detector(calm(1)));
    one.event(0, "k", 20);
    one.clock(200);
    assertThat(offsets(one.told.get(0))).containsExactly(1L);
  }

  @Test
  void ofAllTogetherTheEvidenceNamesThePartitions() {
    DetectorKind.Rate all = new DetectorKind.Rate("telemetry", null, false, 3L, null, WITHIN);
    TestingKeys one = new TestingKeys(detector(all));
    List<LogPosition> positions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      LogPosition position = new LogPosition(1 + i / 2, "devices.telemetry", 3 - i, 9L * i);
      positions.add(position);
      one.judge(
          new Observation(
              "telemetry",
              "",
              position,
              TestingKeys.micros(i),
              TestingKeys.micros(i),
              TestingKeys.millis(i),
              row(null, null)));
    }

    assertThat(one.told.get(0).evidence()).isEqualTo(positions);
  }

  /** Of three events, at 0, 1 and 2 s. */
  @Test
  void aStateOfAnEarlierLeatThatKeptNoEvidenceGoesOn() {
    DetectorKind.Rate above = new DetectorKind.Rate("telemetry", null, true, 3L, null, WITHIN);
    TestingKeys old = new TestingKeys(detector(above));
    old.states.put(
        "k",
        HexFormat.of()
            .parseHex(
                "030100cc3573e801000103008092a3a4dbffad06a0cf83c59868000080ae903bc0843d03"
                    + "80ee89ab0d0102010201"));
    old.judge(TestingKeys.observation("k", 4, 3, 3, 3, row(null, null)));

    assertThat(old.lines()).containsExactly("FIRING k 3.0");
    assertThat(offsets(old.told.get(0))).containsExactly(4L);
    assertThat(old.state()).startsWith(3, 2);
  }

  @Test
  void aChangedWindowKeepsTheEvidence() {
    for (int i = 0; i < 3; i++) {
      keys.event(10 * i, 10 * i, "k", row("E42", null));
    }
    TestingKeys changed =
        new TestingKeys(
            detector(
                new DetectorKind.Rate(
                    "telemetry", when("code == 'E42'"), true, 3L, null, WITHIN.multipliedBy(2))));
    changed.states.putAll(keys.states);
    changed.judge(TestingKeys.observation("k", 50, 100, 100, 100, row("E42", null)));

    assertThat(offsets(changed.told.get(0))).containsExactly(1L, 2L, 3L, 50L);
  }

  @Test
  void aChangedWindowGoesOnWithWhatWasCounted() {
    for (int i = 0; i < 3; i++) {
      keys.event(i, i, "k", row("E42", null));
    }
    TestingKeys changed =
        new TestingKeys(
            detector(
                new DetectorKind.Rate(
                    "telemetry", when("code == 'E42'"), true, 3L, null, Duration.ofSeconds(640))));
    changed.states.putAll(keys.states);
    changed.judge(TestingKeys.observation("k", 50, 300, 300, 300, row("E42", null)));
    assertThat(changed.lines()).containsExactly("FIRING k 300.0");
  }

  /** Times are told in microseconds. */
  private static long count(List<Double> times, double until, double length) {
    double to = until + 1e-6;
    return times.stream().filter(t -> t > to - length && t <= to).count();
  }

  @Test
  void aBoundAboveIsKeptToWithinASixtyFourthOfTheWindow() {
    int episodes = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      long bound = 2L + random.nextInt(10);
      TestingKeys real = new TestingKeys(detector(storm(bound)));
      List<Double> times = new ArrayList<>();
      double now = 0;
      double newest = 0;
      boolean isFiring = false;
      for (int i = 0; i < 80; i++) {
        now += random.nextInt(10) == 0 ? random.nextDouble() * 100 : random.nextDouble() * 10;
        double time = now - (random.nextInt(3) == 0 ? random.nextDouble() * 29 : 0);
        newest = Math.max(newest, time);
        times.add(time);
        int before = real.told.size();
        real.event(time, now, "k", row("E42", null));
        isFiring = real.told.size() % 2 == 1;
        String where = "seed " + seed + ", event " + i;
        if (isFiring) {
          assertThat(count(times, newest, 64)).as(where).isGreaterThan(bound);
        } else {
          assertThat(count(times, newest, 63)).as(where).isLessThanOrEqualTo(bound);
        }
        episodes += real.told.size() - before;
      }
      real.clock(now + 200);
      assertThat(real.told).as("seed %s", seed).hasSize(real.told.size() / 2 * 2);
    }
    assertThat(episodes).isGreaterThan(4_000);
  }

  @Test
  void aBoundBelowIsKeptToWithinAThirtySecondOfTheWindow() {
    int episodes = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      long bound = 2L + random.nextInt(10);
      TestingKeys real = new TestingKeys(detector(calm(bound)));
      List<Double> times = new ArrayList<>(List.of(0.0));
      real.event(0, "k", 20);
      double now = 0;
      for (int i = 0; i < 80; i++) {
        double next = now + random.nextInt(100) / 10.0 * (random.nextInt(20) == 0 ? 10 : 1);
        for (double clock = now; clock < next; clock += 0.5) {
          real.clock(clock);
          double at = clock - 30;
          boolean isFiring = real.told.size() % 2 == 1;
          if (!isFiring && at >= 65 && count(times, at, 66.1) < bound) {
            Told last = real.told.isEmpty() ? null : real.told.get(real.told.size() - 1);
            boolean isResolvedSince = last != null && last.since() >= at;
            assertThat(isResolvedSince).as("seed %s, clock %s", seed, clock).isTrue();
          }
        }
        now = next;
        times.add(now);
        real.event(now, "k", 20);
      }
      for (Told told : real.told) {
        if (told.state() == Alert.State.FIRING) {
          assertThat(count(times, told.since(), 64)).as("seed %s", seed).isLessThan(bound);
          episodes++;
        } else {
          assertThat(count(times, told.since(), 66.1))
              .as("seed %s", seed)
              .isGreaterThanOrEqualTo(bound);
        }
      }
    }
    assertThat(episodes).isGreaterThan(2_000);
  }
}
