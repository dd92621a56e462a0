package io.leat.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Options for what does not look at them. */
final class TestingOptions {
  private TestingOptions() {}

  static Options any() {
    return new Options(
        1, 1, 0, List.of(), 0, 1, Duration.ofSeconds(1), Map.of(), 1, 1, "64m", Path.of("target"));
  }
}
