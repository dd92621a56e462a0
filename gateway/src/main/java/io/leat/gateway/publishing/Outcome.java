package io.leat.gateway.publishing;

import io.leat.event.ErrorCode;
import org.jspecify.annotations.Nullable;

/** What became of a message. */
public enum Outcome {
  /** Not known yet. */
  PENDING(null),
  /** With Kafka's producer; not known yet. */
  HANDED_OVER(null),
  /** In the log. */
  ACKNOWLEDGED(null),
  /** Surely not in the log: it did not take it. */
  UNAVAILABLE(ErrorCode.LOG_UNAVAILABLE),
  /** Surely not in the log: it is too large for it. */
  TOO_LARGE(ErrorCode.RECORD_TOO_LARGE),
  /** Surely not in the log: an earlier message of its key failed or is unknown. */
  NOT_ATTEMPTED(ErrorCode.NOT_ATTEMPTED),
  /** Perhaps in the log: there was no answer in time. */
  UNKNOWN(ErrorCode.OUTCOME_UNKNOWN);

  private final @Nullable ErrorCode error;

  Outcome(@Nullable ErrorCode error) {
    this.error = error;
  }

  /** The error that it means, null for those that are none. */
  public @Nullable ErrorCode error() {
    return error;
  }
}
