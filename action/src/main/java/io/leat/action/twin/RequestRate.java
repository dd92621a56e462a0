package io.leat.action.twin;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/**
 * When requests came: limits them, and knows the most of any time. For one thread, or under a lock.
 */
final class RequestRate {
  private static final double NANOS = 1e9;

  private final int perSecond;
  private final Map<Integer, Integer> byStatus = new TreeMap<>();
  private final Deque<Long> lastSecond = new ArrayDeque<>();
  private long first;
  private long count;
  private int mostInASecond;
  private double lowest = Double.POSITIVE_INFINITY;
  private double excess;
  private double tokens;
  private long filledAt;

  /**
   * Measures against a limit.
   *
   * @param perSecond 0 for no limit
   */
  RequestRate(int perSecond) {
    this.perSecond = perSecond;
    this.tokens = perSecond;
  }

  /**
   * A request came.
   *
   * @param now by {@link System#nanoTime}
   * @return whether it is within the limit
   */
  boolean came(long now) {
    if (count == 0) {
      first = now;
      filledAt = now;
    }
    count++;
    lastSecond.addLast(now);
    while (now - lastSecond.getFirst() >= (long) NANOS) {
      lastSecond.removeFirst();
    }
    mostInASecond = Math.max(mostInASecond, lastSecond.size());
    if (perSecond == 0) {
      return true;
    }
    // Of all windows that end here, the one with the most beyond limit x time began where
    // count - limit x time was lowest.
    double line = count - perSecond * ((now - first) / NANOS);
    lowest = Math.min(lowest, line);
    excess = Math.max(excess, line - lowest);
    tokens = Math.min(perSecond, tokens + perSecond * ((now - filledAt) / NANOS));
    filledAt = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  void answered(int status) {
    byStatus.merge(status, 1, Integer::sum);
  }

  TwinStatistics statistics() {
    return new TwinStatistics(count, new TreeMap<>(byStatus), mostInASecond, perSecond, excess);
  }
}
