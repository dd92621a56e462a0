package io.leat.app.platform;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a job is.
 *
 * @param job its name
 * @param state where it is in its life
 * @param since when it came there
 * @param restarts how often it was started anew after a failure, since Leat was started
 * @param failure the root cause of its last failure; null when it has not failed
 * @param nextTry when a failed job is started again; null when that waits for a person
 */
record JobCondition(
    String job,
    State state,
    Instant since,
    long restarts,
    @Nullable String failure,
    @Nullable Instant nextTry) {
  static final String RUNBOOK = "docs/runbooks/job-failed.md";

  /** Where a job is in its life. */
  enum State {
    STARTING,
    RUNNING,
    RESTARTING,
    FAILED,
    STOPPED,
    UNKNOWN
  }

  /** Why it is not well, and what to do; empty when it runs. */
  Optional<String> problem() {
    if (state == State.RUNNING) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder("the job ").append(job).append(" is ").append(state);
    text.append(" since ").append(since);
    if (failure != null && state != State.STARTING && state != State.STOPPED) {
      text.append(" after ").append(restarts).append(restarts == 1 ? " restart: " : " restarts: ");
      text.append(failure);
    }
    if (state == State.FAILED) {
      text.append(
          nextTry == null
              ? ". Mend the cause, then start it with 'leat apply': " + RUNBOOK
              : ". It is started again at " + nextTry + ": " + RUNBOOK);
    }
    return Optional.of(text.toString());
  }
}
