package io.leat.files.work;

import io.leat.rules.file.FileRetry;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long a file waits before it is tried again. */
final class Backoff {
  private static final int MOST_DOUBLINGS = 30;

  private Backoff() {}

  /**
   * Doubles with each failure, half of it by chance.
   *
   * @param failures so far, the newest among them; at least 1
   */
  static Duration pause(FileRetry retry, int failures, RandomGenerator random) {
    long first = retry.first().toMillis();
    long most = retry.most().toMillis();
    int doublings = Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1));
    long whole = Math.min(most, first << doublings);
    long pause = whole <= 0 ? most : whole;
    return Duration.ofMillis(pause / 2 + (long) (random.nextDouble() * pause / 2));
  }
}
