package io.leat.files.work;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.leat.rules.file.FileRetry;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops work for a source whose place, or whose output's place, fails nearly always, but for a
 * trial now and then: files keep their attempts for when it is back. Thread-safe.
 */
public final class Breakers {
  private static final int WINDOW = 10;
  private static final int LEAST = 4;
  private static final float MOST_FAILURES_PERCENT = 70;
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final CircuitBreaker source;
  private final CircuitBreaker sink;
  private volatile @Nullable String sourceReason;
  private volatile @Nullable String sinkReason;

  /** Which of the two. */
  public enum Side {
    SOURCE,
    SINK;

    /** As it is written. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Breakers(String name, FileRetry retry) {
    Duration most = retry.most().compareTo(LONGEST) < 0 ? retry.most() : LONGEST;
    CircuitBreakerConfig config =
        CircuitBreakerConfig.custom()
            .slidingWindowSize(WINDOW)
            .minimumNumberOfCalls(LEAST)
            .failureRateThreshold(MOST_FAILURES_PERCENT)
            .permittedNumberOfCallsInHalfOpenState(1)
            .waitIntervalFunctionInOpenState(
                IntervalFunction.ofExponentialBackoff(retry.first(), 2.0, most))
            .build();
    this.source = CircuitBreaker.of(name + " source", config);
    this.sink = CircuitBreaker.of(name + " sink", config);
  }

  /** Whether a file may be worked on; then {@link #unused}, or an end of both sides, follows. */
  boolean permits() {
    if (!source.tryAcquirePermission()) {
      return false;
    }
    if (!sink.tryAcquirePermission()) {
      source.releasePermission();
      return false;
    }
    return true;
  }

  /** There was nothing to do. */
  void unused() {
    source.releasePermission();
    sink.releasePermission();
  }

  /**
   * How an attempt ended.
   *
   * @param failed the side that did not answer; null when none is to blame
   * @param reason why
   * @param reachedSink whether it came so far as to write
   */
  void ended(@Nullable Side failed, String reason, boolean reachedSink) {
    if (failed == Side.SOURCE) {
      sourceReason = reason;
      source.onError(0, TimeUnit.NANOSECONDS, new FailedAttempt());
      sink.releasePermission();
    } else if (failed == Side.SINK) {
      sinkReason = reason;
      source.onSuccess(0, TimeUnit.NANOSECONDS);
      sink.onError(0, TimeUnit.NANOSECONDS, new FailedAttempt());
    } else {
      source.onSuccess(0, TimeUnit.NANOSECONDS);
      if (reachedSink) {
        sink.onSuccess(0, TimeUnit.NANOSECONDS);
      } else {
        sink.releasePermission();
      }
    }
  }

  /** The source was looked through, or could not be: that opens the breaker as attempts do. */
  public void looked(@Nullable String failure) {
    if (!source.tryAcquirePermission()) {
      return;
    }
    if (failure == null) {
      source.onSuccess(0, TimeUnit.NANOSECONDS);
    } else {
      sourceReason = failure;
      source.onError(0, TimeUnit.NANOSECONDS, new FailedAttempt());
    }
  }

  /** Whether it is not asked; a trial now and then does not close it. */
  public boolean isOpen(Side side) {
    return (side == Side.SOURCE ? source : sink).getState() != CircuitBreaker.State.CLOSED;
  }

  /** Why it failed last; empty when it never did. */
  public String reason(Side side) {
    String reason = side == Side.SOURCE ? sourceReason : sinkReason;
    return reason == null ? "" : reason;
  }

  /** What the library wants to be told. */
  private static final class FailedAttempt extends Exception {
    private static final long serialVersionUID = 1L;

    FailedAttempt() {
      super("an attempt failed", null, false, false);
    }
  }
}
