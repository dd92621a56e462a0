package io.leat.action.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Exponential pauses, the later half of each at random. */
final class Backoff {
  private final Duration first;
  private final Duration most;
  private final RandomGenerator random;

  Backoff(Duration first, Duration most, RandomGenerator random) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  /**
   * After an attempt that failed.
   *
   * @param attempt from 1
   */
  Duration pause(int attempt) {
    double millis = first.toMillis() * Math.pow(2, Math.min(attempt, 40) - 1);
    double bounded = Math.min(millis, (double) most.toMillis());
    return Duration.ofMillis(Math.round(bounded / 2 + bounded / 2 * random.nextDouble()));
  }
}
