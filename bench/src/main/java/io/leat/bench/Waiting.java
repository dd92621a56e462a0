package io.leat.bench;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for what others do. */
final class Waiting {
  private Waiting() {}

  /** What is waited for. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Looks each {@code every} until the condition holds.
   *
   * @throws IllegalStateException when it does not within {@code bound}
   */
  static void until(String what, Duration bound, Duration every, Condition condition)
      throws Exception {
    long deadline = System.nanoTime() + bound.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("waited " + bound.toSeconds() + " s in vain: " + what);
      }
      TimeUnit.NANOSECONDS.sleep(every.toNanos());
    }
  }
}
