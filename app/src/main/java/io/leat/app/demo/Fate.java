package io.leat.app.demo;

import io.leat.event.ErrorCode;

/**
 * What must become of a record that is sent.
 *
 * @param outcome where it ends
 * @param code why, unless it is processed
 */
record Fate(Outcome outcome, String code) {
  static final Fate PROCESSED = new Fate(Outcome.PROCESSED, "");
  static final Fate DUPLICATE = new Fate(Outcome.DUPLICATE, "");

  /** Where a record ends. */
  enum Outcome {
    PROCESSED,
    DUPLICATE,
    QUARANTINED,
    REJECTED
  }

  static Fate quarantined(ErrorCode code) {
    return new Fate(Outcome.QUARANTINED, code.code());
  }

  static Fate rejected(ErrorCode code) {
    return new Fate(Outcome.REJECTED, code.code());
  }

  /** Whether the gateway takes it. */
  boolean isAccepted() {
    return outcome != Outcome.REJECTED;
  }
}
