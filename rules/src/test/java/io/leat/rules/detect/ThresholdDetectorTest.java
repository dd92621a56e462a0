package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static io.leat.rules.detect.TestingKeys.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.rules.alert.Alert;
import io.leat.rules.detect.TestingKeys.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThresholdDetectorTest {
  private static final DetectorKind.Threshold HOT =
      new DetectorKind.Threshold(
          "telemetry",
          when("temperature > 85.0"),
          3,
          Duration.ofSeconds(60),
          when("temperature < 75.0"),
          2);

  private final TestingKeys keys = new TestingKeys(detector(HOT));

  @Test
  void itFiresOnceWithTheEventThatCompletesTheCountAndIsOverByTheHysteresis() {
    double[] readings = {90, 91, 92, 93, 80, 74, 80, 74, 73, 72};
    for (int i = 0; i < readings.length; i++) {
      keys.event(10 * i, "k", readings[i]);
    }

    assertThat(keys.lines()).containsExactly("FIRING k 20.0", "RESOLVED k 80.0");
    Told firing = keys.told.get(0);
    assertThat(firing.values()).containsEntry("temperature", 92.0).containsEntry("count", 3L);
    assertThat(firing.evidence()).extracting(p -> p.offset()).containsExactly(1L, 2L, 3L);
    assertThat(keys.told.get(1).id()).isEqualTo(firing.id());
    assertThat(keys.told.get(1).evidence()).extracting(p -> p.offset()).containsExactly(3L, 8L, 9L);
  }

  @Test
  void matchesThatLieTooFarApartDoNotCount() {
    keys.event(0, "k", 90);
    keys.event(30, "k", 90);
    keys.event(61, "k", 90);
    assertThat(keys.told).isEmpty();

    keys.event(90, "k", 90);
    assertThat(keys.lines()).containsExactly("FIRING k 90.0");
  }

  @Test
  void whatMatchedBeforeTheEndOfAnEpisodeDoesNotCountForTheNext() {
    double[] readings = {90, 90, 90, 74, 74, 90, 90};
    for (int i = 0; i < readings.length; i++) {
      keys.event(i, "k", readings[i]);
    }
    assertThat(keys.lines()).containsExactly("FIRING k 2.0", "RESOLVED k 4.0");

    keys.event(7, "k", 90);
    assertThat(keys.lines()).last().isEqualTo("FIRING k 7.0");
    assertThat(keys.told.get(2).id()).isNotEqualTo(keys.told.get(0).id());
  }

  @Test
  void anEventThatIsReadAgainChangesNothing() {
    for (int i = 0; i < 5; i++) {
      keys.judge(TestingKeys.observation("k", 7, i, i, i, row(null, 90.0)));
    }
    assertThat(keys.told).isEmpty();
  }

  @Test
  void aTimeInTheFutureDoesNotBlockTheKey() {
    keys.event(1e9, 0, "k", row(null, 20.0));
    keys.event(1, "k", 90);
    keys.event(2, "k", 90);
    keys.event(3, "k", 90);

    assertThat(keys.lines()).containsExactly("FIRING k 3.0");
    assertThat(keys.late).isZero();
  }

  @Test
  void lateEventsAreOnlyCountedUnlessDeclaredOtherwise() {
    keys.event(1000, "k", 20);
    keys.event(1001, "k", 20);
    for (int i = 0; i < 3; i++) {
      keys.event(100 + i, 1002, "k", row(null, 90.0));
    }
    assertThat(keys.late).isEqualTo(3);
    assertThat(keys.told).isEmpty();
  }

  @Test
  void lateEventsThatCorrectTellOneEpisodeOfThePastThatIsOver() {
    TestingKeys correcting =
        new TestingKeys(detector(HOT, Duration.ofSeconds(30), DetectorSpec.Late.CORRECT));
    correcting.event(1000, "k", 20);
    correcting.event(1001, "k", 20);
    for (int i = 0; i < 9; i++) {
      correcting.event(100 + i, 1002, "k", row(null, 90.0));
    }
    assertThat(correcting.late).isEqualTo(9);
    assertThat(correcting.lines()).containsExactly("FIRING k 102.0", "RESOLVED k 1001.0");
  }

  @Test
  void anUnknownOutcomeSaysNothing() {
    TestingKeys plain =
        new TestingKeys(
            detector(
                new DetectorKind.Threshold(
                    "telemetry", when("temperature > 85.0"), 1, Duration.ZERO, null, 2)));
    plain.event(1, "k", 90);
    plain.event(2, "k", 20);
    plain.event(3, 3, "k", row("x", null));
    plain.event(4, "k", 20);
    assertThat(plain.lines()).containsExactly("FIRING k 1.0", "RESOLVED k 4.0");
  }

  @Test
  void aKeyThatIsGoneForGoodIsForgottenAndItsAlarmIsOver() {
    keys.event(0, "k", 90);
    keys.event(1, "k", 90);
    keys.event(2, "k", 90);
    keys.clock(1.0 + KeyedDetector.FORGET_AFTER.toSeconds());
    assertThat(keys.told).hasSize(1);

    keys.clock(2.0 + KeyedDetector.FORGET_AFTER.toSeconds());
    assertThat(keys.told).hasSize(2);
    assertThat(keys.told.get(1).state()).isEqualTo(Alert.State.RESOLVED);
    assertThat(keys.told.get(1).values()).isEqualTo(KeyedDetector.FORGOTTEN);
    assertThat(keys.states).isEmpty();
  }

  @Test
  void aChangedDefinitionGoesOnWithTheStateOfTheOneBefore() {
    keys.event(0, "k", 90);
    keys.event(1, "k", 90);
    DetectorKind.Threshold two =
        new DetectorKind.Threshold(
            "telemetry", HOT.when(), 2, Duration.ofSeconds(90), HOT.until(), 1);
    TestingKeys changed = new TestingKeys(detector(two));
    changed.states.putAll(keys.states);
    changed.judge(TestingKeys.observation("k", 3, 80, 80, 80, row(null, 90.0)));
    changed.judge(TestingKeys.observation("k", 4, 81, 81, 81, row(null, 20.0)));
    assertThat(changed.lines()).containsExactly("FIRING k 80.0", "RESOLVED k 81.0");
  }

  /** An event as the model sees it. */
  private record Seen(double time, int arrival, int zone) {
    static final Comparator<Seen> ORDER =
        Comparator.comparingDouble(Seen::time).thenComparingInt(Seen::arrival);
  }

  /** The rules of the documentation, on lists of everything, with nothing forgotten. */
  private static final class Model {
    private final List<Seen> all = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private double clearedAt = Double.NEGATIVE_INFINITY;
    private double resolvedAt = Double.NEGATIVE_INFINITY;
    private List<Seen> candidates = new ArrayList<>();
    private boolean isFiring;

    void judge(Seen event) {
      all.add(event);
      all.sort(Seen.ORDER);
      List<Seen> row = new ArrayList<>();
      for (Seen seen : all) {
        if (seen.zone != 0) {
          row.clear();
        } else {
          row.add(seen);
        }
      }
      boolean isClear = row.size() >= 2;
      if (isClear) {
        clearedAt = Math.max(clearedAt, row.get(row.size() - 1).time);
      }
      if (isFiring) {
        if (isClear) {
          resolve();
        }
        return;
      }
      if (event.zone != 2 || event.time < resolvedAt) {
        return;
      }
      candidates.add(event);
      candidates.sort(Seen.ORDER);
      for (int i = 0; i + 3 <= candidates.size(); i++) {
        List<Seen> three = candidates.subList(i, i + 3);
        double last = three.get(2).time;
        if (three.contains(event) && last - three.get(0).time <= 60) {
          lines.add("FIRING k " + last);
          isFiring = true;
          if (clearedAt > last) {
            resolve();
          } else {
            candidates = new ArrayList<>();
          }
          return;
        }
      }
    }

    private void resolve() {
      isFiring = false;
      resolvedAt = clearedAt;
      lines.add("RESOLVED k " + clearedAt);
      candidates.removeIf(c -> c.time <= resolvedAt);
    }
  }

  @ParameterizedTest
  @EnumSource(DetectorSpec.Late.class)
  void itJudgesAsTheModelDoes(DetectorSpec.Late late) {
    int episodes = 0;
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      TestingKeys real = new TestingKeys(detector(HOT, Duration.ofSeconds(30), late));
      Model model = new Model();
      double now = 0;
      double newest = 0;
      int zone = 0;
      for (int i = 0; i < 60; i++) {
        now += random.nextInt(15);
        double time = now - (random.nextInt(3) == 0 ? random.nextInt(30) : 0);
        zone = random.nextInt(3) == 0 ? random.nextInt(3) : zone;
        newest = Math.max(newest, time);
        real.event(time, now, "k", row(null, new double[] {70.0, 80.0, 90.0}[zone]));
        model.judge(new Seen(time, i, zone));
        assertThat(real.lines()).as("seed %s, event %s", seed, i).isEqualTo(model.lines);
      }
      episodes += model.lines.size();
    }
    assertThat(episodes).isGreaterThan(3_000);
  }
}
