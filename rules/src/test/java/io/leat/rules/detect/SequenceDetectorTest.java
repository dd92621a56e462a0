package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static io.leat.rules.detect.TestingKeys.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.rules.detect.TestingKeys.Told;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Events are named by what they are: a is a first, b what follows, c breaks and d clears. */
class SequenceDetectorTest {
  private static final Duration MINUTE = Duration.ofSeconds(60);

  private final TestingKeys following = keys("b", "c", "d");
  private final TestingKeys absent = keys(null, "c", "d");

  static DetectorKind.Sequence sequence(
      @Nullable String then, @Nullable String without, @Nullable String clear) {
    return new DetectorKind.Sequence(
        "telemetry",
        when("code.contains('a')"),
        then == null ? null : when("code.contains('" + then + "')"),
        without == null ? null : when("code.contains('" + without + "')"),
        MINUTE,
        clear == null ? null : when("code.contains('" + clear + "')"),
        Duration.ofMinutes(10));
  }

  private static TestingKeys keys(
      @Nullable String then, @Nullable String without, @Nullable String clear) {
    return new TestingKeys(detector(sequence(then, without, clear)));
  }

  private static TestingKeys correcting(
      @Nullable String then, @Nullable String without, @Nullable String clear) {
    return new TestingKeys(
        detector(
            sequence(then, without, clear), Duration.ofSeconds(30), DetectorSpec.Late.CORRECT));
  }

  private static void events(TestingKeys keys, Object... timesAndCodes) {
    for (int i = 0; i < timesAndCodes.length; i += 2) {
      double at = ((Number) timesAndCodes[i]).doubleValue();
      keys.event(at, at, "k", row((String) timesAndCodes[i + 1], null));
    }
  }

  private static void outOfOrder(TestingKeys keys, double time, double received, String code) {
    keys.event(time, received, "k", row(code, null));
  }

  @Test
  void itFiresWithTheEventThatCompletesItAndIsOverWithTheOneThatClears() {
    events(following, 0, "a", 10, "x", 20, "b", 21, "b", 22, "a", 23, "b", 30, "d", 31, "b");

    assertThat(following.lines()).containsExactly("FIRING k 20.0", "RESOLVED k 30.0");
    Told firing = following.told.get(0);
    assertThat(firing.values()).isEqualTo(Map.of("code", "a"));
    assertThat(firing.started()).isEqualTo(20);
    assertThat(firing.evidence()).extracting(p -> p.offset()).containsExactly(1L, 3L);
    Told over = following.told.get(1);
    assertThat(over.id()).isEqualTo(firing.id());
    assertThat(over.values()).isEqualTo(firing.values());
    assertThat(over.evidence()).extracting(p -> p.offset()).containsExactly(3L, 7L);
  }

  @Test
  void withinIncludesItsEndAndCountsFromTheNewestFirst() {
    events(following, 0, "a", 60.001, "b");
    assertThat(following.told).isEmpty();

    events(following, 100, "a", 130, "1a", 190, "b");
    assertThat(following.lines()).containsExactly("FIRING k 190.0");
    assertThat(following.told.get(0).values()).isEqualTo(Map.of("code", "1a"));
  }

  @Test
  void whatComesBetweenBreaksItAndWhatComesWithEitherEndDoesNot() {
    events(following, 0, "a", 5, "c", 10, "b", 12, "d");
    assertThat(following.told).isEmpty();

    events(following, 20, "ac", 30, "bc");
    assertThat(following.lines()).containsExactly("FIRING k 30.0");
  }

  @Test
  void anEventMayCompleteOneSequenceOnlyAndTheOneThatClearsMayBeginTheNext() {
    TestingKeys twice = keys("a", null, "d");
    events(twice, 0, "a", 10, "a", 20, "ad", 50, "a");

    assertThat(twice.lines()).containsExactly("FIRING k 10.0", "RESOLVED k 20.0", "FIRING k 50.0");
  }

  @Test
  void withoutAnEventThatClearsItIsOverByAcceptingTime() {
    TestingKeys timed = keys("b", null, null);
    events(timed, 0, "a", 10, "b", 500, "a", 510, "b");
    timed.clock(609);
    assertThat(timed.lines()).containsExactly("FIRING k 10.0");

    timed.clock(610);
    assertThat(timed.lines()).containsExactly("FIRING k 10.0", "RESOLVED k 610.0");
    events(timed, 620, "a", 630, "b");
    assertThat(timed.lines()).last().isEqualTo("FIRING k 630.0");
    assertThat(timed.told.get(2).id()).isNotEqualTo(timed.told.get(0).id());
  }

  @Test
  void eventsOutOfOrderAreJudgedAsIfInOrder() {
    outOfOrder(following, 10, 10, "b");
    outOfOrder(following, 20, 20, "x");
    outOfOrder(following, 5, 21, "a");
    assertThat(following.lines()).containsExactly("FIRING k 10.0");
    assertThat(following.told.get(0).evidence())
        .extracting(p -> p.offset())
        .containsExactly(3L, 1L);

    TestingKeys broken = keys("b", "c", "d");
    outOfOrder(broken, 0, 0, "a");
    outOfOrder(broken, 20, 20, "x");
    outOfOrder(broken, 5, 21, "c");
    outOfOrder(broken, 21, 22, "b");
    assertThat(broken.told).isEmpty();
  }

  @Test
  void anEpisodeOfThePastIsOverAtOnceWhenWhatClearsIsKnown() {
    outOfOrder(following, 10, 10, "b");
    outOfOrder(following, 15, 15, "d");
    outOfOrder(following, 17, 17, "a");
    outOfOrder(following, 18, 18, "d");
    outOfOrder(following, 5, 21, "a");
    assertThat(following.lines()).containsExactly("FIRING k 10.0", "RESOLVED k 15.0");

    outOfOrder(following, 22, 22, "b");
    assertThat(following.lines()).last().isEqualTo("FIRING k 22.0");
  }

  @Test
  void whatTurnsOutToHaveBeenBrokenIsOver() {
    outOfOrder(following, 0, 0, "a");
    outOfOrder(following, 20, 20, "b");
    outOfOrder(following, 10, 21, "c");
    assertThat(following.lines()).containsExactly("FIRING k 20.0", "RESOLVED k 20.0");
    assertThat(following.told.get(1).evidence())
        .extracting(p -> p.offset())
        .containsExactly(2L, 3L);

    outOfOrder(absent, 0, 0, "a");
    outOfOrder(absent, 35, 35, "a");
    absent.clock(91);
    outOfOrder(absent, 30, 91, "c");
    assertThat(absent.lines()).containsExactly("FIRING k 60.0", "RESOLVED k 60.0");
    absent.clock(125);
    assertThat(absent.lines()).last().isEqualTo("FIRING k 95.0");
  }

  @Test
  void absenceIsToldWhenTheTimeAndTheLatenessAreOver() {
    events(absent, 0, "a", 30, "a", 80, "x");
    absent.clock(89.999);
    assertThat(absent.told).isEmpty();

    absent.clock(90);
    assertThat(absent.lines()).containsExactly("FIRING k 60.0");
    assertThat(absent.told.get(0).values()).isEqualTo(Map.of("code", "a"));
    assertThat(absent.told.get(0).evidence()).extracting(p -> p.offset()).containsExactly(1L);
    events(absent, 100, "c", 101, "d");
    assertThat(absent.lines()).last().isEqualTo("RESOLVED k 101.0");
    absent.clock(1_000);
    assertThat(absent.told).hasSize(2);
  }

  @Test
  void whatComesInTimeBreaksAbsenceEvenWhenItIsHeardOfLater() {
    events(absent, 0, "a", 60, "c", 200, "a");
    outOfOrder(absent, 250, 289, "c");
    absent.clock(10_000);
    assertThat(absent.told).isEmpty();

    events(absent, 20_000, "a", 20_060.001, "c");
    absent.clock(30_000);
    assertThat(absent.lines()).containsExactly("FIRING k 20060.0");
  }

  @Test
  void theOldestThatNothingBrokeCounts() {
    events(absent, 0, "1a", 10, "2a", 15, "c", 20, "3a", 30, "4a");
    outOfOrder(absent, 25, 31, "c");
    absent.clock(120);
    assertThat(absent.lines()).containsExactly("FIRING k 90.0");
    assertThat(absent.told.get(0).values()).isEqualTo(Map.of("code", "4a"));
  }

  @Test
  void whatClearsBeforeItIsToldEndsItAtOnceAndTheNextBeginsBehindIt() {
    events(absent, 0, "a", 50, "d", 65, "d", 70, "a", 80, "d");
    absent.clock(90);
    assertThat(absent.lines()).containsExactly("FIRING k 60.0", "RESOLVED k 65.0");
    absent.clock(160);
    assertThat(absent.lines()).last().isEqualTo("FIRING k 130.0");
  }

  @Test
  void lateEventsAreOnlyCountedUnlessDeclaredOtherwise() {
    events(following, 1_000, "x");
    outOfOrder(following, 100, 1_001, "a");
    outOfOrder(following, 110, 1_001, "b");
    assertThat(following.late).isEqualTo(2);
    assertThat(following.told).isEmpty();

    TestingKeys correcting = correcting("b", "c", "d");
    events(correcting, 500, "d", 1_000, "x");
    outOfOrder(correcting, 100, 1_001, "a");
    outOfOrder(correcting, 110, 1_001, "b");
    assertThat(correcting.late).isEqualTo(2);
    assertThat(correcting.lines()).containsExactly("FIRING k 110.0", "RESOLVED k 500.0");

    TestingKeys gone = correcting(null, "c", "d");
    events(gone, 0, "x", 1_000, "x");
    outOfOrder(gone, 100, 1_001, "a");
    gone.clock(1_001);
    assertThat(gone.lines()).containsExactly("FIRING k 160.0");
  }

  @Test
  void whileLeatIsAwayNothingIsMissing() {
    double away = 3_600;
    events(absent, 0, "a", 20, "x");
    absent.clock(22);
    // Accepting time stood still; the entity's did not.
    absent.judge(TestingKeys.observation("k", 3, 23 + away, 23 + away, 23, row("x", null)));
    absent.clock(23 + 89.9);
    assertThat(absent.told).isEmpty();

    absent.clock(23 + 90);
    assertThat(absent.lines()).containsExactly("FIRING k " + (23 + away + 60));
  }

  @Test
  void aTimeThatWasOverBeforeLeatWasAwayIsKnown() {
    events(absent, 0, "a", 61, "x");
    absent.judge(TestingKeys.observation("k", 3, 4_000, 4_000, 62, row("x", null)));
    absent.clock(62);
    assertThat(absent.lines()).containsExactly("FIRING k 60.0");
  }

  @Test
  void aSequenceThatSomethingUnknownMayHaveBrokenIsNotTold() {
    TestingKeys unbroken = keys("b", null, "d");
    for (TestingKeys keys : List.of(following, unbroken)) {
      events(keys, 0, "a");
      keys.judge(TestingKeys.observation("k", 3, 50, 50, 1, row("b", null)));
    }
    assertThat(following.told).isEmpty();
    assertThat(unbroken.lines()).containsExactly("FIRING k 50.0");

    following.judge(TestingKeys.observation("k", 4, 51, 51, 2, row("a", null)));
    following.judge(TestingKeys.observation("k", 5, 52, 52, 3, row("b", null)));
    assertThat(following.lines()).containsExactly("FIRING k 52.0");
  }

  @Test
  void anEventThatIsReadAgainChangesNothing() {
    TestingKeys twice = keys("a", null, "d");
    for (int i = 0; i < 5; i++) {
      twice.judge(TestingKeys.observation("k", 7, i, i, i, row("a", null)));
    }
    assertThat(twice.told).isEmpty();
  }

  @Test
  void aTimeInTheFutureDoesNotBlockTheKey() {
    outOfOrder(following, 1e9, 0, "a");
    events(following, 1, "b");
    assertThat(following.lines()).containsExactly("FIRING k 1.0");
    assertThat(following.late).isZero();
  }

  @Test
  void anUnknownOutcomeSaysNothing() {
    events(following, 0, "a");
    following.event(1, 1, "k", row(null, 20.0));
    events(following, 2, "b");
    assertThat(following.lines()).containsExactly("FIRING k 2.0");
  }

  @Test
  void aKeyThatIsGoneForGoodIsForgottenAndItsAlarmIsOver() {
    events(absent, 0, "a");
    absent.clock(KeyedDetector.FORGET_AFTER.toSeconds() - 1.0);
    assertThat(absent.lines()).containsExactly("FIRING k 60.0");

    absent.clock(0.0 + KeyedDetector.FORGET_AFTER.toSeconds());
    assertThat(absent.told).hasSize(2);
    assertThat(absent.told.get(1).values()).isEqualTo(KeyedDetector.FORGOTTEN);
    assertThat(absent.states).isEmpty();
  }

  private static TestingKeys changed(TestingKeys before, DetectorKind kind) {
    TestingKeys changed = new TestingKeys(detector(kind));
    changed.states.putAll(before.states);
    return changed;
  }

  @Test
  void aChangedDefinitionGoesOnWithTheStateOfTheOneBefore() {
    events(absent, 0, "a");
    DetectorKind.Sequence old = sequence(null, "c", "d");
    DetectorKind longer =
        new DetectorKind.Sequence(
            "telemetry",
            old.first(),
            null,
            old.without(),
            Duration.ofSeconds(100),
            when("code == 'e'"),
            MINUTE);
    TestingKeys changed = changed(absent, longer);
    changed.clock(129.9);
    assertThat(changed.told).isEmpty();
    changed.clock(130);
    assertThat(changed.lines()).containsExactly("FIRING k 100.0");
    changed.judge(TestingKeys.observation("k", 2, 140, 140, 140, row("d", null)));
    changed.judge(TestingKeys.observation("k", 3, 150, 150, 150, row("e", null)));
    assertThat(changed.lines()).last().isEqualTo("RESOLVED k 150.0");
  }

  @Test
  void anEpisodeThatWasToBeClearedByAnEventMayBeOverByTime() {
    events(following, 0, "a", 10, "b");
    TestingKeys changed = changed(following, sequence("b", "c", null));
    changed.clock(610);
    assertThat(changed.lines()).containsExactly("RESOLVED k 610.0");
    assertThat(changed.told.get(0).values()).isEqualTo(Map.of("code", "a"));
  }

  @Test
  void eventsThatAChangedConditionWouldJudgeOtherwiseSayNothing() {
    events(following, 0, "a");
    DetectorKind.Sequence old = sequence("b", "c", "d");
    DetectorKind other =
        new DetectorKind.Sequence(
            "telemetry",
            when("temperature > 80.0 && code == 'f'"),
            old.then(),
            old.without(),
            MINUTE,
            old.clear(),
            MINUTE);
    TestingKeys changed = changed(following, other);
    changed.judge(TestingKeys.observation("k", 2, 5, 5, 5, row("b", null)));
    assertThat(changed.told).isEmpty();
    changed.judge(TestingKeys.observation("k", 3, 6, 6, 6, row("f", 90.0)));
    changed.judge(TestingKeys.observation("k", 4, 7, 7, 7, row("b", null)));
    assertThat(changed.lines()).containsExactly("FIRING k 7.0");
    assertThat(changed.told.get(0).values()).isEqualTo(Map.of("code", "f", "temperature", 90.0));

    TestingKeys back = changed(changed, old);
    back.judge(TestingKeys.observation("k", 5, 8, 8, 8, row("d", null)));
    assertThat(back.lines()).containsExactly("RESOLVED k 8.0");
    assertThat(back.told.get(0).values()).isEmpty();
  }

  @Test
  void whatWasBrokenStaysBrokenWhenWhatBreaksIsDeclaredOtherwise() {
    events(following, 0, "a", 5, "c");
    TestingKeys changed = changed(following, sequence("b", "z", "d"));
    changed.judge(TestingKeys.observation("k", 3, 10, 10, 10, row("b", null)));
    assertThat(changed.told).isEmpty();

    events(absent, 0, "a");
    TestingKeys absence = changed(absent, sequence(null, "z", "d"));
    absence.clock(90);
    assertThat(absence.lines()).containsExactly("FIRING k 60.0");
  }

  @Test
  void aSequenceMayBecomeOneThatWaitsForAbsence() {
    events(following, 0, "a");
    TestingKeys changed = changed(following, sequence(null, "c", "d"));
    changed.clock(90);
    assertThat(changed.lines()).containsExactly("FIRING k 60.0");
  }

  @Test
  void moreEventsThanAreRememberedAreNoCauseToFire() {
    TestingKeys many = correcting("b", "c", "d");
    for (int i = 0; i < 10_000; i++) {
      events(many, i / 1e3, i % 2 == 0 ? "a" : "c");
      assertThat(many.state()).hasSizeLessThan(600);
    }
    events(many, 11, "x");
    outOfOrder(many, 1.0005, 12, "b"); // behind an a that is forgotten
    outOfOrder(many, 1.0002, 12, "a");
    assertThat(many.told).isEmpty();
    TestingKeys waiting = keys(null, "c", "d");
    for (int i = 0; i < 10_000; i++) {
      events(waiting, i / 1e3, "a");
      assertThat(waiting.state()).hasSizeLessThan(300);
    }
    outOfOrder(waiting, 9.9995, 11, "c");
    waiting.clock(1_000);
    assertThat(waiting.told).isEmpty();
  }

  @Test
  void aSequenceOfNothingButItsFirstEventIsNone() {
    assertThatThrownBy(() -> sequence(null, null, "d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a sequence of nothing but its first event");
  }
}
