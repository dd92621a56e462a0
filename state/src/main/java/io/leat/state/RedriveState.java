package io.leat.state;

import java.util.Locale;

/** Where an attempt to redrive a record stands. */
public enum RedriveState {
  /** To be sent; perhaps it was, and nobody noted it. */
  PLANNED,
  /** In the log; what becomes of it is not known yet. */
  SENT,
  /** A row of processed. */
  PROCESSED,
  /** The event is in processed already, with the same payload. */
  DUPLICATE,
  /** The event's id is in processed already, with another payload. */
  CONFLICT,
  /** Quarantined again. */
  QUARANTINED,
  /** Not sent: today's rules refuse it, or a replay may let it in. */
  REFUSED;

  /** Whether something is still to be done. */
  public boolean isOpen() {
    return this == PLANNED || this == SENT;
  }

  /** Whether another attempt may follow. */
  public boolean mayBeRepeated() {
    return this == CONFLICT || this == QUARANTINED || this == REFUSED;
  }

  /** As it is stored and told: {@code processed}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What {@link #text()} writes. */
  static RedriveState of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
