package io.leat.stream.detect;

/**
 * Which accepting time the gateways' markers stand for, in the order of their topic: the same for
 * all streams of a blueprint, since what reads several compares their times.
 *
 * <p>It stands still while no gateway accepted, and for the grace after it: entities need a moment
 * to connect again. Milliseconds; begins with the time of the first marker. Owned by one thread.
 */
final class AcceptingTime {
  /** Markers that are further apart have a time between them in which nobody accepted. */
  static final long GAP = 5_000;

  private static final long NOT_YET = Long.MIN_VALUE;

  private final long grace;

  /** The newest time of all markers, and the accepting time that it makes. */
  private long newest = NOT_YET;

  private long accepting;
  private long heldUntil = NOT_YET;

  /**
   * @param grace in milliseconds
   */
  AcceptingTime(long grace) {
    this.grace = grace;
  }

  /** Which accepting time a marker of this time stands for, whichever gateway's it is. */
  long of(long at) {
    if (newest == NOT_YET) {
      newest = at;
      accepting = at;
    } else if (at > newest) {
      if (at - newest > GAP) {
        heldUntil = at + grace;
      } else if (at > heldUntil) {
        accepting += at - Math.max(newest, heldUntil);
      }
      newest = at;
    }
    return accepting - (newest - at);
  }

  /** All that {@link #restore} needs. */
  long[] snapshot() {
    return new long[] {newest, accepting, heldUntil};
  }

  void restore(long[] snapshot) {
    newest = snapshot[0];
    accepting = snapshot[1];
    heldUntil = snapshot[2];
  }
}
