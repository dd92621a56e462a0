package io.leat.action.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.leat.action.target.TargetOutcome;
import io.leat.rules.incident.TargetSpec.Limits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Stops asking a target that fails nearly always, or does not let Leat in, but for a trial now and
 * then. Thread-safe.
 */
final class Breaker {
  /** Of the last attempts. One in five that fails is no reason to stop. */
  private static final int WINDOW = 20;

  private static final int LEAST = 10;
  private static final float MOST_FAILURES_PERCENT = 70;
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final CircuitBreaker breaker;

  Breaker(String name, Limits limits) {
    Duration most = limits.mostRetry().compareTo(LONGEST) < 0 ? limits.mostRetry() : LONGEST;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(WINDOW)
                .minimumNumberOfCalls(LEAST)
                .failureRateThreshold(MOST_FAILURES_PERCENT)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(
                    IntervalFunction.ofExponentialBackoff(limits.firstRetry(), 2.0, most))
                .build());
  }

  /** Whether the target may be asked; then one of the others has to follow. */
  boolean permits() {
    return breaker.tryAcquirePermission();
  }

  /** It was not asked after all. */
  void unused() {
    breaker.releasePermission();
  }

  /** How it ended. A refusal is an answer, and a place that says when to come again is well. */
  void ended(TargetOutcome outcome) {
    if (outcome instanceof TargetOutcome.Blocked) {
      block();
    } else if (outcome instanceof TargetOutcome.Unknown
        || (outcome instanceof TargetOutcome.Retry retry && retry.retryAfter() == null)) {
      breaker.onError(0, TimeUnit.NANOSECONDS, new FailedAttempt());
    } else if (outcome instanceof TargetOutcome.Retry) {
      breaker.releasePermission();
    } else {
      breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }
  }

  /** No need to see more of it: whatever is asked next would fail as well. */
  private synchronized void block() {
    if (breaker.getState() == CircuitBreaker.State.CLOSED) {
      breaker.transitionToOpenState();
    } else {
      breaker.onError(0, TimeUnit.NANOSECONDS, new FailedAttempt());
    }
  }

  /** Whether it is asked nothing but a trial; so it is until one works. */
  boolean isOpen() {
    return breaker.getState() != CircuitBreaker.State.CLOSED;
  }

  /** What the library wants to be told. */
  private static final class FailedAttempt extends Exception {
    private static final long serialVersionUID = 1L;

    FailedAttempt() {
      super("an attempt failed", null, false, false);
    }
  }
}
