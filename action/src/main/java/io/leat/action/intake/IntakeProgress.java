package io.leat.action.intake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the alerts of a blueprint come in. They do when none waits, or when some of those that
 * wait were taken in lately. Thread-safe.
 */
final class IntakeProgress {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String blueprint;
  private final InstantSource clock;
  private Instant wellAt;
  private long waiting;
  private @Nullable String failure;

  IntakeProgress(String blueprint, InstantSource clock) {
    this.blueprint = blueprint;
    this.clock = clock;
    this.wellAt = clock.instant();
  }

  /** Some were taken in, or put aside. */
  synchronized void moved() {
    wellAt = clock.instant();
    failure = null;
  }

  /** The log was read, and what was read was taken in. */
  synchronized void looked(long nowWaiting) {
    waiting = nowWaiting;
    if (nowWaiting == 0) {
      moved();
    }
  }

  /**
   * The log could not be read, or what was read could not be taken in.
   *
   * @param why for people
   */
  synchronized void failed(long nowWaiting, @Nullable String why) {
    waiting = nowWaiting;
    failure = why;
  }

  /** Records that were logged and not taken in when the log was read last. */
  synchronized long waiting() {
    return waiting;
  }

  /** What is wrong, for people; empty when they come in. */
  synchronized Optional<String> problem() {
    if (!clock.instant().isAfter(wellAt.plus(PATIENCE))) {
      return Optional.empty();
    }
    String since = "no alerts of " + blueprint + " were taken in since " + wellAt;
    String some = waiting > 0 ? since + ", and " + waiting + " wait" : since;
    return Optional.of(failure == null ? some : some + ": " + failure);
  }
}
