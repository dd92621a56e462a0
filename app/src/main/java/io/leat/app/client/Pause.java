package io.leat.app.client;

import java.time.Duration;

/** Waits. A test's does not. */
@FunctionalInterface
public interface Pause {
  /** Returns after {@code duration}. */
  void of(Duration duration) throws InterruptedException;

  /** A real wait. */
  static Pause sleeping() {
    return duration -> Thread.sleep(duration.toMillis());
  }
}
