package io.leat.app.demo;

import org.jspecify.annotations.Nullable;

/** What happens to a machine, and what must come of it. */
enum Trouble {
  /** Is hot, is known to be, and cools down. */
  OVERHEATING("overheating", true, true),
  /** Is hot, but not often enough. */
  NEARLY_OVERHEATING(null, false, false),
  /** Was hot minutes ago, has not cooled down since, and then does. */
  NOT_RECOVERED("not_recovered", true, true),
  /** Is silent and comes back. */
  OFFLINE("offline", true, true),
  /** Is silent and stays so. */
  LOST("offline", false, true),
  /** Reports the same fault many times at once. */
  FAULT_STORM("fault_storm", true, false),
  /** Gets another firmware. */
  NEW_FIRMWARE("new_firmware", true, false);

  private final @Nullable String detector;
  private final boolean ends;
  private final boolean isTicket;

  Trouble(@Nullable String detector, boolean ends, boolean isTicket) {
    this.detector = detector;
    this.ends = ends;
    this.isTicket = isTicket;
  }

  /** Which detector opens an incident; null for none. */
  @Nullable String detector() {
    return detector;
  }

  /** Whether the incident is resolved in the end. */
  boolean ends() {
    return ends;
  }

  /** Whether the incident becomes a ticket, by the blueprint's routes. */
  boolean isTicket() {
    return isTicket;
  }
}
