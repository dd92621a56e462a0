package io.leat.action.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.target.HttpBudget;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeparturesTest {
  private static final long INTERVAL = Duration.ofMillis(200).toNanos();
  private static final long PATIENCE = Duration.ofSeconds(30).toNanos();
  private static final long SHORT = Duration.ofMillis(50).toNanos();

  private final Departures departures = new Departures();

  @Test
  void theNextIsGivenOnlyAnIntervalAfterTheOneBeforeHasLeft() throws Exception {
    assertThat(departures.enter(INTERVAL, SHORT)).isTrue();
    HttpBudget.Departure first = departures.leaving();
    CompletableFuture<Long> next = enterElsewhere();
    Thread.sleep(2 * TimeUnit.NANOSECONDS.toMillis(INTERVAL)); // its connection is made

    assertThat(next).isNotDone();
    long before = System.nanoTime();
    first.left();
    first.isOver();
    assertThat(next.get(30, TimeUnit.SECONDS) - before).isGreaterThanOrEqualTo(INTERVAL);
  }

  @Test
  void whatIsNotAnsweredCountsAsArrivedAfterAQuarterOfTheInterval() throws Exception {
    assertThat(departures.enter(INTERVAL, SHORT)).isTrue();
    HttpBudget.Departure first = departures.leaving();
    long before = System.nanoTime();
    first.left();

    assertThat(enterElsewhere().get(30, TimeUnit.SECONDS) - before)
        .isGreaterThanOrEqualTo(INTERVAL + INTERVAL / 4);
  }

  @Test
  void theNextCountsFromTheAnswerThatComesSoon() throws Exception {
    assertThat(departures.enter(INTERVAL, SHORT)).isTrue();
    HttpBudget.Departure first = departures.leaving();
    first.left();
    Thread.sleep(20);
    long before = System.nanoTime();
    first.isOver();

    assertThat(enterElsewhere().get(30, TimeUnit.SECONDS) - before)
        .isGreaterThanOrEqualTo(INTERVAL - INTERVAL / 4);
  }

  @Test
  void whoHasToWaitForTooLongIsToldSo() throws Exception {
    assertThat(departures.enter(INTERVAL, SHORT)).isTrue();

    assertThat(departures.enter(INTERVAL, SHORT)).isFalse();
  }

  @Test
  void whoSendsNothingAfterAllLetsTheNextIn() throws Exception {
    assertThat(departures.enter(INTERVAL, SHORT)).isTrue();
    departures.stayed();

    assertThat(departures.enter(INTERVAL, SHORT)).isTrue();
  }

  @Test
  void toHaveLeftTwiceIsToHaveLeftOnce() throws Exception {
    assertThat(departures.enter(0, SHORT)).isTrue();
    HttpBudget.Departure first = departures.leaving();
    first.left();
    assertThat(departures.enter(0, SHORT)).isTrue();
    first.left();
    first.isOver();

    assertThat(departures.enter(0, SHORT)).isFalse();
  }

  /** When somebody else was let in. */
  private CompletableFuture<Long> enterElsewhere() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            assertThat(departures.enter(INTERVAL, PATIENCE)).isTrue();
            return System.nanoTime();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
