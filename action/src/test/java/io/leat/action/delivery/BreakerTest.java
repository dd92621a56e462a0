package io.leat.action.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.target.TargetOutcome;
import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import io.leat.rules.incident.TargetSpec.Limits;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private static Breaker breaker(Duration pause) {
    return new Breaker(
        "devices.log",
        new Limits(
            5, Duration.ofSeconds(1), 2, Duration.ofSeconds(1), pause, pause, Duration.ofHours(1)));
  }

  private static int permitted(Breaker breaker, int attempts, TargetOutcome outcome) {
    int permitted = 0;
    for (int i = 0; i < attempts; i++) {
      if (breaker.permits()) {
        permitted++;
        breaker.ended(outcome);
      }
    }
    return permitted;
  }

  @Test
  void aTargetThatAlwaysFailsIsAskedNoMore() {
    Breaker breaker = breaker(Duration.ofHours(1));
    assertThat(permitted(breaker, 100, new Unknown("no answer"))).isEqualTo(10);
    assertThat(breaker.isOpen()).isTrue();
  }

  @Test
  void aTargetThatDoesNotLetLeatInIsAskedNoMoreAtOnce() {
    Breaker breaker = breaker(Duration.ofHours(1));
    permitted(breaker, 5, new Delivered("", ""));
    assertThat(permitted(breaker, 100, new Blocked("401"))).isEqualTo(1);
    assertThat(breaker.isOpen()).isTrue();
  }

  @Test
  void attemptsThatWereUnderWayWhenItBlockedChangeNothing() {
    Breaker breaker = breaker(Duration.ofHours(1));
    assertThat(breaker.permits()).isTrue();
    assertThat(breaker.permits()).isTrue();
    breaker.ended(new Blocked("401"));
    breaker.ended(new Blocked("401"));
    assertThat(breaker.permits()).isFalse();
  }

  @Test
  void aTargetThatLetsLeatInAgainIsAskedAsBefore() throws Exception {
    Breaker breaker = breaker(Duration.ofMillis(10));
    permitted(breaker, 1, new Blocked("401"));
    for (int trial = 0; trial < 3; trial++) {
      while (!breaker.permits()) {
        Thread.sleep(5);
      }
      assertThat(breaker.isOpen()).isTrue();
      breaker.ended(trial < 2 ? new Blocked("401") : new Delivered("", ""));
    }
    assertThat(breaker.isOpen()).isFalse();
    assertThat(permitted(breaker, 5, new Delivered("", ""))).isEqualTo(5);
  }

  @Test
  void afterAPauseATrialDecides() throws Exception {
    Breaker breaker = breaker(Duration.ofMillis(10));
    permitted(breaker, 20, new Retry("refused", null));
    while (!breaker.permits()) {
      Thread.sleep(5);
    }
    assertThat(breaker.permits()).isFalse();
    breaker.ended(new Delivered("", ""));
    assertThat(permitted(breaker, 5, new Delivered("", ""))).isEqualTo(5);
  }

  @Test
  void aTrialThatFindsNothingToDoLeavesItToTheNext() throws Exception {
    Breaker breaker = breaker(Duration.ofMillis(10));
    permitted(breaker, 20, new Retry("refused", null));
    while (!breaker.permits()) {
      Thread.sleep(5);
    }
    breaker.unused();
    assertThat(breaker.permits()).isTrue();
  }

  @Test
  void neitherRefusalsNorAPlaceThatSaysWhenToComeAgainOpenIt() {
    assertThat(permitted(breaker(Duration.ofHours(1)), 100, new Refused("400"))).isEqualTo(100);
    assertThat(
            permitted(breaker(Duration.ofHours(1)), 100, new Retry("429", Duration.ofSeconds(1))))
        .isEqualTo(100);
  }

  @Test
  void oneInFiveThatFailsDoesNotOpenIt() {
    Breaker breaker = breaker(Duration.ofHours(1));
    int permitted = 0;
    for (int i = 0; i < 1_000; i++) {
      if (breaker.permits()) {
        permitted++;
        breaker.ended(i % 5 == 0 ? new Retry("500", null) : new Delivered("", ""));
      }
    }
    assertThat(permitted).isEqualTo(1_000);
  }

  @Test
  void whatKeepsFailingIsTriedADozenTimesInTenMinutesNotHundreds() {
    Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), new Random(1));
    int attempts = 1;
    for (Duration at = backoff.pause(1);
        at.compareTo(Duration.ofMinutes(10)) < 0;
        at = at.plus(backoff.pause(attempts))) {
      attempts++;
    }
    assertThat(attempts).isBetween(9, 12);
  }

  @Test
  void pausesDoubleUpToTheLongestAndAreNeverShorterThanHalf() {
    Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), new Random(1));
    for (int attempt = 1; attempt <= 100; attempt++) {
      long whole = Math.min(300_000, 1_000L << Math.min(20, attempt - 1));
      assertThat(backoff.pause(attempt).toMillis()).isBetween(whole / 2, whole);
    }
  }
}
