package io.leat.app.engine;

import java.time.Duration;

/** Is told what is being started, by several threads at once. */
public interface StartObserver {
  /** Does not care. */
  StartObserver NONE =
      new StartObserver() {
        @Override
        public void starting(String part) {}

        @Override
        public void started(String part, Duration took) {}
      };

  /** {@code part} is being started. */
  void starting(String part);

  /** {@code part} runs, {@code took} after {@link #starting} was said. */
  void started(String part, Duration took);

  /** Runs {@code start} between the two. */
  default <T> T observe(String part, java.util.function.Supplier<T> start) {
    long begun = System.nanoTime();
    starting(part);
    T started = start.get();
    started(part, Duration.ofNanos(System.nanoTime() - begun));
    return started;
  }
}
