package io.leat.stream.detect;

import java.time.Duration;

/**
 * Accepting time as far as receipts show it, for a history whose markers are gone: a second in
 * which something was received stands for a marker. As in {@link AcceptingClock}, time stands still
 * over an absence and for the grace after it; but an absence can only be told from a lull by its
 * length, so it is the caller's to say how long nothing may come.
 *
 * <p>Milliseconds; begins with the time of the first receipt. Owned by one thread.
 */
final class ReceiptClock {
  static final long TICK = 1_000;

  private final long absence;
  private final long grace;
  private final Ticks ticks;
  private long newest = Long.MIN_VALUE;
  private long accepting;
  private long heldUntil = Long.MIN_VALUE;
  private long absent;

  /** Told of each step of the time. */
  @FunctionalInterface
  interface Ticks {
    /**
     * It has come so far.
     *
     * @param accepting accepting time, milliseconds
     * @param at the gateways' time then, milliseconds
     */
    void reached(long accepting, long at);
  }

  /**
   * @param absence nothing was received for longer than this: nobody accepted
   */
  ReceiptClock(Duration absence, Duration grace, Ticks ticks) {
    this.absence = absence.toMillis();
    this.grace = grace.toMillis();
    this.ticks = ticks;
  }

  /** Accepting time; not known before the first receipt. */
  long now() {
    return accepting;
  }

  /** The gateways' time of the newest step. */
  long at() {
    return newest;
  }

  /** For how long nobody accepted, milliseconds. */
  long absent() {
    return absent;
  }

  /**
   * Something was received. Never goes back.
   *
   * @param millis when
   */
  void received(long millis) {
    long at = Math.floorDiv(millis, TICK) * TICK;
    if (newest == Long.MIN_VALUE) {
      newest = at;
      accepting = at;
      ticks.reached(accepting, newest);
      return;
    }
    if (at - newest > absence) {
      absent += at - newest;
      heldUntil = at + grace;
      newest = at;
      return;
    }
    while (newest < at) {
      newest += TICK;
      if (newest > heldUntil) {
        accepting += TICK;
        ticks.reached(accepting, newest);
      }
    }
  }

  /**
   * The history ends.
   *
   * @param millis when
   */
  void end(long millis) {
    if (newest == Long.MIN_VALUE || millis <= newest) {
      return;
    }
    if (millis - newest <= absence) {
      received(millis);
    } else {
      absent += millis - newest;
    }
  }
}
