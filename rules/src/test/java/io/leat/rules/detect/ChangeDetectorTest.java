package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangeDetectorTest {
  private static TestingKeys keys(@Nullable String from, @Nullable String to, int clearAfter) {
    return new TestingKeys(
        detector(
            new DetectorKind.Change(
                "telemetry", "code", from, to, Duration.ofSeconds(clearAfter))));
  }

  private static void event(TestingKeys keys, double at, String code) {
    keys.event(at, at, "k", row(code, null));
  }

  @Test
  void aChangeToAValueIsOverWhenItIsAnother() {
    TestingKeys keys = keys("1.0", "1.1", 0);
    event(keys, 0, "1.1");
    event(keys, 1, "1.0");
    event(keys, 2, "1.1");
    event(keys, 3, "1.1");
    keys.clock(1e6);
    event(keys, 1e6 + 1, "1.2");
    event(keys, 1e6 + 2, "1.1");

    assertThat(keys.lines()).containsExactly("FIRING k 2.0", "RESOLVED k 1000001.0");
    assertThat(keys.told.get(0).values())
        .containsEntry("column", "code")
        .containsEntry("from", "1.0")
        .containsEntry("to", "1.1");
  }

  @Test
  void aChangeToAValueMayBeOverByTimeToo() {
    TestingKeys keys = keys("1.0", "1.1", 600);
    event(keys, 0, "1.0");
    event(keys, 1, "1.1");
    keys.clock(601);
    assertThat(keys.lines()).containsExactly("FIRING k 1.0", "RESOLVED k 601.0");
  }

  @Test
  void anyChangeIsOverByTimeOrWithTheNext() {
    TestingKeys keys = keys(null, null, 60);
    event(keys, 0, "a");
    event(keys, 1, "b");
    event(keys, 2, "b");
    event(keys, 30, "c");
    keys.clock(90);
    assertThat(keys.lines())
        .containsExactly("FIRING k 1.0", "RESOLVED k 30.0", "FIRING k 30.0", "RESOLVED k 90.0");
    assertThat(keys.told.get(2).id()).isNotEqualTo(keys.told.get(0).id());
  }

  @Test
  void anEventOlderThanTheValueThatIsKnownChangesNothing() {
    TestingKeys keys = keys(null, "b", 0);
    event(keys, 0, "a");
    event(keys, 20, "a");
    keys.event(10, 21, "k", row("b", null));
    assertThat(keys.told).isEmpty();
  }

  @Test
  void numbersAreComparedAsNumbers() {
    TestingKeys keys =
        new TestingKeys(
            detector(
                new DetectorKind.Change("telemetry", "temperature", "1", "2.50", Duration.ZERO)));
    keys.event(0, "k", 1.0);
    keys.event(1, "k", 2.5);
    assertThat(keys.lines()).containsExactly("FIRING k 1.0");
  }

  @Test
  void aLongValueIsKnownByItsBeginningAndItsHash() {
    TestingKeys keys = keys(null, null, 60);
    event(keys, 0, "x".repeat(10_000) + "a");
    event(keys, 1, "x".repeat(10_000) + "a");
    assertThat(keys.told).isEmpty();
    event(keys, 2, "x".repeat(10_000) + "b");
    assertThat(keys.told).hasSize(1);
    assertThat(keys.states.get("k")).hasSizeLessThan(400);
  }

  @Test
  void anotherColumnEndsAnEpisodeWithItsFirstValue() {
    TestingKeys keys = keys(null, "b", 0);
    event(keys, 0, "a");
    event(keys, 1, "b");
    TestingKeys changed =
        new TestingKeys(
            detector(
                new DetectorKind.Change("telemetry", "temperature", null, "7", Duration.ZERO)));
    changed.states.putAll(keys.states);
    changed.judge(TestingKeys.observation("k", 3, 2, 2, 2, row("b", 7.0)));
    assertThat(changed.lines()).containsExactly("RESOLVED k 2.0");
  }

  @Test
  void itJudgesAsTheModelDoes() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      String from = random.nextBoolean() ? "a" : null;
      String to = random.nextBoolean() ? "b" : null;
      TestingKeys real = keys(from, to, 20);
      List<String> model = new ArrayList<>();
      String value = null;
      double endsAt = Double.POSITIVE_INFINITY;
      boolean isFiring = false;
      double now = 0;
      for (int i = 0; i < 60; i++) {
        now += random.nextInt(15);
        String next = String.valueOf((char) ('a' + random.nextInt(3)));
        event(real, now, next);
        if (isFiring && now >= endsAt) {
          model.add("RESOLVED k " + endsAt);
          isFiring = false;
        }
        boolean isChange = value != null && !next.equals(value);
        boolean isWanted =
            isChange && (from == null || from.equals(value)) && (to == null || to.equals(next));
        if (isFiring && isChange && (to != null || isWanted)) {
          model.add("RESOLVED k " + now);
          isFiring = false;
        }
        if (isWanted) {
          model.add("FIRING k " + now);
          isFiring = true;
          endsAt = now + 20;
        }
        value = next;
        assertThat(real.lines()).as("seed %s, event %s", seed, i).isEqualTo(model);
      }
    }
  }
}
