package io.leat.state;

import java.util.Locale;

/** Where a replay stands. */
public enum ReplayState {
  /** Its shadow tables are being made; what an earlier process had made of them is made anew. */
  BUILDING,
  /** Its shadow tables can be looked at, and switched to. */
  BUILT,
  /** Its rows are being put in the place of others; it cannot be given up any more. */
  SWITCHING,
  /** Its rows are in processed and quarantine. */
  SWITCHED,
  /** Its shadow tables are being removed. */
  DROPPING,
  /** It left nothing behind. */
  DROPPED,
  /** It ended before it was built; it left nothing behind, but its reason. */
  FAILED;

  /** Whether something is to be done. */
  public boolean isOpen() {
    return this == BUILDING || this == SWITCHING || this == DROPPING;
  }

  /** As it is stored and told: {@code built}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What {@link #text()} writes. */
  static ReplayState of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
