package io.leat.lake.replay;

import io.leat.event.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * The records that a replay is about: those received in a period, as far as they are in all tables.
 *
 * @param from when the first were received
 * @param to the end of the period, not part of it
 * @param epoch the present log epoch; of earlier ones all offsets count
 * @param before by partition, the first offset that does not count; a partition without one has
 *     none that does
 */
public record ReplayRange(Instant from, Instant to, int epoch, Map<Integer, Long> before) {
  public ReplayRange {
    before = Map.copyOf(before);
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(from + " is not before " + to);
    }
  }

  /**
   * Whether the record is one of them.
   *
   * @param received microseconds since the epoch of time
   */
  public boolean contains(long received, int ofEpoch, int partition, long offset) {
    return isInPeriod(received)
        && (ofEpoch < epoch || (ofEpoch == epoch && offset < before.getOrDefault(partition, 0L)));
  }

  private boolean isInPeriod(long received) {
    return received >= Timestamps.toMicros(from) && received < Timestamps.toMicros(to);
  }

  /** The same with all positions, and so much more time on both sides. */
  public ReplayRange around(Duration more) {
    Instant begin = from.isAfter(Instant.EPOCH.plus(more)) ? from.minus(more) : Instant.EPOCH;
    return new ReplayRange(begin, to.plus(more), Integer.MAX_VALUE, Map.of());
  }
}
