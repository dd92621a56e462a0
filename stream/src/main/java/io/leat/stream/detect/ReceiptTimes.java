package io.leat.stream.detect;

import java.util.ArrayList;
import java.util.List;

/**
 * Which accepting time it was when an event was received, as far as markers tell: between two of
 * them it went on until the later, unless it stood still. Receipts and markers are told by the
 * gateways' common time ({@link GatewayClocks}). Milliseconds. Owned by one thread.
 */
final class ReceiptTimes {
  /** Points that are kept; each absence of the gateways takes three or four. */
  private static final int MOST = 300;

  /** Times of markers and their accepting times, in turn, where its pace changes. */
  private final List<Long> points = new ArrayList<>();

  /** Whether there was a marker. */
  boolean isBegun() {
    return !points.isEmpty();
  }

  /** The time of the newest marker; {@code Long.MIN_VALUE} before there was one. */
  long newest() {
    return isBegun() ? points.get(points.size() - 2) : Long.MIN_VALUE;
  }

  /** Whether the accepting time is known: a marker that was written after the receipt was read. */
  boolean isKnown(long received) {
    return isBegun() && received <= points.get(points.size() - 2);
  }

  /** A marker of this time stands for this accepting time. */
  void add(long at, long accepting) {
    int size = points.size();
    if (size > 0 && at <= points.get(size - 2)) {
      return;
    }
    if (size >= 4) {
      long before = points.get(size - 2) - points.get(size - 4);
      long beforeAccepting = points.get(size - 1) - points.get(size - 3);
      long step = at - points.get(size - 2);
      long stepAccepting = accepting - points.get(size - 1);
      boolean isGoingOn = before == beforeAccepting && step == stepAccepting;
      boolean isStanding = beforeAccepting == 0 && stepAccepting == 0;
      if (isGoingOn || isStanding) {
        points.subList(size - 2, size).clear();
      }
    }
    points.add(at);
    points.add(accepting);
    if (points.size() > 2 * MOST) {
      points.subList(0, 2).clear();
    }
  }

  /**
   * The accepting time; that of the newest marker when it is not known yet, and that of the oldest
   * for what was received before, since nobody knows who accepted then.
   */
  long of(long received) {
    int next = points.size() - 2;
    if (received >= points.get(next)) {
      return points.get(next + 1);
    }
    while (next > 0 && points.get(next - 2) >= received) {
      next -= 2;
    }
    if (next == 0) {
      return points.get(1);
    }
    return Math.max(points.get(next - 1), points.get(next + 1) - (points.get(next) - received));
  }

  /** All that {@link #restore} needs. */
  long[] snapshot() {
    return points.stream().mapToLong(Long::longValue).toArray();
  }

  void restore(long[] snapshot) {
    points.clear();
    for (long one : snapshot) {
      points.add(one);
    }
  }
}
