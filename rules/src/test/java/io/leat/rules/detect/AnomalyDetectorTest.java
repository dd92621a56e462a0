package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AnomalyDetectorTest {
  private static final double DAY = 86_400;

  private static DetectorKind.Anomaly odd(Duration season, int count) {
    return new DetectorKind.Anomaly(
        "telemetry", "temperature", season, 6, count, Duration.ofDays(2));
  }

  private final TestingKeys keys = new TestingKeys(detector(odd(Duration.ofDays(1), 3)));
  private final Random random = new Random(11);

  /** Warm at noon, cold at night. */
  private double usual(double at) {
    return 20 + 8 * Math.sin(2 * Math.PI * at / DAY) + random.nextGaussian() * 0.3;
  }

  private void days(double from, double to) {
    for (double at = from * DAY; at < to * DAY; at += 300) {
      keys.event(at, "k", usual(at));
    }
  }

  @Test
  void whatIsUsualAtNoonIsOddAtNight() {
    days(0, 12);
    assertThat(keys.told).isEmpty();

    double night = 12 * DAY + 0.75 * DAY;
    days(12, 12.75);
    for (int i = 0; i < 6; i++) {
      keys.event(night + 300 * i, "k", 27);
    }
    days(12.8, 13.5);
    assertThat(keys.lines())
        .containsExactly("FIRING k " + (night + 600), "RESOLVED k " + (12.8 * DAY + 600));
    assertThat(keys.told.get(0).values()).containsEntry("column", "temperature");
    assertThat((Double) keys.told.get(0).values().get("usual")).isBetween(11.0, 14.0);
    assertThat((Double) keys.told.get(0).values().get("deviations")).isGreaterThan(6);
  }

  @Test
  void theEvidenceIsTheReadingsInARowThatWereOdd() {
    days(0, 10);
    long before = 10 * 288;
    keys.event(10 * DAY, "k", 60);
    keys.event(10 * DAY + 300, "k", usual(10 * DAY + 300));
    for (int i = 2; i < 6; i++) {
      keys.event(10 * DAY + 300 * i, "k", 60);
    }

    assertThat(keys.lines()).containsExactly("FIRING k " + (10 * DAY + 1_200));
    assertThat(keys.told.get(0).evidence())
        .extracting(LogPosition::offset)
        .containsExactly(before + 3, before + 4, before + 5);
  }

  @Test
  void ofManyOddReadingsTheNewestAreEvidence() {
    TestingKeys many = new TestingKeys(detector(odd(Duration.ofDays(1), 25)));
    for (double at = 0; at < 10 * DAY; at += 300) {
      many.event(at, "k", usual(at));
    }
    for (int i = 0; i < 25; i++) {
      many.event(10 * DAY + 300 * i, "k", 90);
    }

    assertThat(many.told).hasSize(1);
    assertThat(many.told.get(0).evidence())
        .extracting(LogPosition::offset)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(10 * 288 + 6, 10 * 288 + 25).boxed().toList());
  }

  /** Of twenty readings from 20 to 22, and one of 90. */
  @Test
  void aStateOfAnEarlierLeatThatKeptNoEvidenceGoesOn() {
    TestingKeys old =
        new TestingKeys(
            detector(
                new DetectorKind.Anomaly(
                    "telemetry", "temperature", Duration.ZERO, 6, 2, Duration.ofSeconds(10))));
    old.states.put(
        "k",
        HexFormat.of()
            .parseHex(
                "050100cc3573e8010001150080b4b8b5dbffad06c0e885c5986800132cc57481b4891301"
                    + "001580b4b8b5dbffad064035127f62818d473ff152035c515bf400"));
    old.judge(TestingKeys.observation("k", 22, 21, 21, 21, row(null, 90.0)));

    assertThat(old.lines()).containsExactly("FIRING k 21.0");
    assertThat(old.told.get(0).evidence()).extracting(LogPosition::offset).containsExactly(22L);
    assertThat(old.state()).startsWith(5, 2);
  }

  @Test
  void nothingIsOddBeforeEnoughWasSeen() {
    for (int i = 0; i < 500; i++) {
      keys.event(i * 300, "k", i % 100 == 50 ? 1e6 : 20);
    }
    assertThat(keys.told).isEmpty();
  }

  @Test
  void whatLastsAsLongAsLearningTakesIsTheNewUsual() {
    days(0, 10);
    for (double at = 10 * DAY; at < 20 * DAY; at += 300) {
      keys.event(at, "k", usual(at) + 100);
    }
    assertThat(keys.lines())
        .containsExactly("FIRING k " + (10 * DAY + 600), "RESOLVED k " + (12 * DAY + 600));
    assertThat(keys.told.get(1).values()).containsEntry("reason", "usual by now");
  }

  @Test
  void wildReadingsCountNoMoreThanOthers() {
    for (double at = 0; at < 10 * DAY; at += 300) {
      keys.event(at, "k", random.nextInt(20) == 0 ? 1e12 : usual(at));
    }
    keys.told.clear();
    keys.event(10 * DAY, "k", 60);
    keys.event(10 * DAY + 300, "k", 60);
    keys.event(10 * DAY + 600, "k", 60);
    assertThat(keys.lines()).containsExactly("FIRING k " + (10 * DAY + 600));
  }

  @Test
  void whatIsNoNumberSaysNothing() {
    days(0, 3);
    for (int i = 0; i < 9; i++) {
      double at = 3 * DAY + i;
      keys.event(at, at, "k", row(null, i % 2 == 0 ? null : Double.NaN));
    }
    assertThat(keys.told).isEmpty();
  }

  @Test
  void withoutASeasonTheLevelAloneIsLearned() {
    TestingKeys flat = new TestingKeys(detector(odd(Duration.ZERO, 1)));
    for (double at = 0; at < 4 * DAY; at += 300) {
      flat.event(at, "k", 50 + random.nextGaussian());
    }
    assertThat(flat.told).isEmpty();
    flat.event(4 * DAY, "k", 70);
    assertThat(flat.lines()).containsExactly("FIRING k 345600.0");
    assertThat(flat.states.get("k")).hasSizeLessThan(100);
  }

  @Test
  void anotherColumnIsLearnedAnewAndEndsWhatFires() {
    days(0, 5);
    for (int i = 0; i < 3; i++) {
      keys.event(5 * DAY + i, "k", 90);
    }
    assertThat(keys.told).hasSize(1);
    DetectorKind.Anomaly other =
        new DetectorKind.Anomaly("telemetry", "code", Duration.ofDays(1), 6, 3, Duration.ofDays(2));
    TestingKeys changed = new TestingKeys(detector(other));
    changed.states.putAll(keys.states);
    double at = 5 * DAY + 10;
    changed.judge(
        TestingKeys.observation("k", 1_000_000, at, at, at, column -> column == 0 ? 7L : null));
    assertThat(changed.lines()).containsExactly("RESOLVED k " + at);
  }
}
