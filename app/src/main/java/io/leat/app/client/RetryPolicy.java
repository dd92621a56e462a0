package io.leat.app.client;

import java.time.Duration;

/**
 * How often and how long a batch is tried.
 *
 * @param attempts at most, the first included
 * @param first the wait after the first failure; doubled after each further one
 * @param longest the longest wait, also of a Retry-After
 * @param answer how long an answer may take
 */
public record RetryPolicy(int attempts, Duration first, Duration longest, Duration answer) {
  /** Eight attempts over about a minute. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(8, Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofSeconds(15));

  public RetryPolicy {
    if (attempts < 1 || first.isNegative() || first.isZero()) {
      throw new IllegalArgumentException("attempts and the first wait must be positive");
    }
  }

  Duration wait(int attempt) {
    long millis = first.toMillis() << Math.min(20, attempt - 1);
    return millis > longest.toMillis() ? longest : Duration.ofMillis(millis);
  }
}
