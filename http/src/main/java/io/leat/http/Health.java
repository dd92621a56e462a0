package io.leat.http;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Named checks, run in the background each {@code every}; the answers are kept. */
public final class Health implements AutoCloseable {
  /** With checks each second that may take two. */
  public Health(InstantSource clock) {
    this(clock, Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  /**
   * @param every pause between two runs of a check
   * @param timeout a run that takes longer makes the check fail
   */
  public Health(InstantSource clock, Duration every, Duration timeout) {}

  /** Adds a check, from now on part of readiness; not ready until its first run has ended. */
  public void register(String name, HealthCheck check) {
    throw new UnsupportedOperationException("being built");
  }

  /** The present answer of every check by name; empty means well. */
  public Map<String, Optional<String>> report() {
    throw new UnsupportedOperationException("being built");
  }

  /** Whether every check is well. */
  public boolean ready() {
    return report().values().stream().allMatch(Optional::isEmpty);
  }

  @Override
  public void close() {}
}
