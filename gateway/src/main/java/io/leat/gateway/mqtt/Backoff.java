package io.leat.gateway.mqtt;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: longer each time, and never all at once. Thread-safe.
 */
final class Backoff {
  private static final long FIRST_MILLIS = 250;
  private static final long MOST_MILLIS = 30_000;
  private static final int DOUBLINGS = 7;

  private final RandomGenerator random;
  private final AtomicInteger attempts = new AtomicInteger();

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** Milliseconds: 0.5 to 1 times 250 ms, 500 ms, and so on to 30 s. */
  long next() {
    int attempt = attempts.getAndUpdate(n -> Math.min(n + 1, DOUBLINGS));
    return jittered(Math.min(MOST_MILLIS, FIRST_MILLIS << attempt));
  }

  /** Milliseconds: what it comes to in the end. */
  long most() {
    return jittered(MOST_MILLIS);
  }

  /** It worked: the next wait is short again. */
  void reset() {
    attempts.set(0);
  }

  private long jittered(long millis) {
    return millis / 2 + random.nextLong(millis / 2 + 1);
  }
}
