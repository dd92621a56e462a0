package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MissingDataDetectorTest {
  /** START is 40 minutes behind a full hour: the first whole one begins at 2400 s - 800 s. */
  private static final double HOUR = 3_600;

  private static final double FIRST = HOUR - Math.floorMod(TestingKeys.START, 3_600L);

  private static final DetectorKind.MissingData GAPS =
      new DetectorKind.MissingData("telemetry", Duration.ofSeconds(60), Duration.ofHours(1), 0.9);

  private final TestingKeys keys = new TestingKeys(detector(GAPS));

  private void every(double seconds, double from, double to) {
    for (double at = from; at < to; at += seconds) {
      keys.event(at, "k", 20);
    }
  }

  @Test
  void aWindowWithTooFewFiresWhenItIsOverAndOneWithEnoughEndsIt() {
    every(60, 0, FIRST + HOUR);
    every(120, FIRST + HOUR, FIRST + 2 * HOUR);
    keys.clock(FIRST + 2 * HOUR + 29);
    assertThat(keys.told).isEmpty();

    every(60, FIRST + 2 * HOUR + 30, FIRST + 3 * HOUR);
    keys.clock(FIRST + 3 * HOUR + 30);
    double first = FIRST + 2 * HOUR;
    assertThat(keys.lines())
        .containsExactly("FIRING k " + first, "RESOLVED k " + (FIRST + 3 * HOUR));
    assertThat(keys.told.get(0).values())
        .containsEntry("received", 30L)
        .containsEntry("expected", 60L);
    assertThat(keys.told.get(0).started()).isEqualTo(FIRST + HOUR);
  }

  @Test
  void theHourInWhichAnEntityWasFirstSeenIsNotJudged() {
    every(60, FIRST - 600, FIRST + HOUR);
    keys.clock(FIRST + HOUR + 60);
    assertThat(keys.told).isEmpty();
  }

  @Test
  void jitterIsNoGapAndABurstHidesNone() {
    Random random = new Random(3);
    for (double at = 0; at < FIRST + HOUR; at += 60) {
      keys.event(at + random.nextInt(25), "k", 20);
    }
    keys.clock(FIRST + HOUR + 30);
    assertThat(keys.told).isEmpty();
    for (int i = 0; i < 60; i++) {
      keys.event(FIRST + HOUR + 60 + i / 10.0, "k", 20);
    }
    keys.clock(FIRST + 2 * HOUR + 30);
    assertThat(keys.told).hasSize(1);
  }

  @Test
  void nothingIsExpectedOfATimeWhenLeatWasAway() {
    every(60, 0, FIRST + HOUR + 1200);
    double away = 10 * HOUR + 300;
    double clock = FIRST + HOUR + 1200;
    for (int i = 0; i < 300; i++) {
      keys.clock(clock);
      double time = clock + away;
      keys.judge(TestingKeys.observation("k", 10_000 + i, time, time, clock, row(null, null)));
      clock += 60;
    }
    assertThat(keys.told).isEmpty();
    assertThat(keys.states.get("k")).hasSizeLessThan(200);
  }

  @Test
  void anEntityThatSendsNothingAtAllFiresOnce() {
    every(60, 0, FIRST + HOUR);
    keys.clock(FIRST + 1_000 * HOUR);
    assertThat(keys.lines()).containsExactly("FIRING k " + (FIRST + 2 * HOUR));
  }

  @Test
  void yearsOfAbsenceTakeNoTime() {
    keys.event(-1.7e9, 0, "k", row(null, 20.0));
    every(60, 1, FIRST + HOUR + 40);
    assertThat(keys.told).isEmpty();
  }

  @Test
  void itJudgesAsTheModelDoes() {
    int episodes = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      TestingKeys real = new TestingKeys(detector(GAPS));
      TreeMap<Long, Set<Long>> halves = new TreeMap<>();
      double now = 0;
      real.event(0, "k", 20);
      int step = 60;
      while (now < 12 * HOUR) {
        step = random.nextInt(40) == 0 ? 50 + random.nextInt(40) : step;
        now += step;
        double time = now - (random.nextInt(3) == 0 ? random.nextInt(30) : 0);
        real.event(time, now, "k", row(null, null));
        long absolute = Math.round(time) + TestingKeys.START;
        halves.computeIfAbsent(absolute / 3_600, h -> new HashSet<>()).add(absolute / 30);
      }
      real.clock(now + 31);
      List<String> model = new ArrayList<>();
      boolean isFiring = false;
      long first = Math.round(FIRST + TestingKeys.START) / 3_600;
      for (long hour = first; (hour + 1) * 3_600 + 30 <= TestingKeys.START + now + 31; hour++) {
        boolean isEnough = halves.getOrDefault(hour, Set.of()).size() >= 54;
        double end = (hour + 1) * 3_600 - TestingKeys.START;
        if (isEnough == isFiring) {
          model.add((isEnough ? "RESOLVED k " : "FIRING k ") + end);
          isFiring = !isEnough;
        }
      }
      assertThat(real.lines()).as("seed %s", seed).isEqualTo(model);
      episodes += model.size();
    }
    assertThat(episodes).isGreaterThan(300);
  }
}
