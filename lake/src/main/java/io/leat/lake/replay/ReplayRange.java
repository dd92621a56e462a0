package io.leat.lake.replay;

import io.leat.event.Timestamps;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    return isInPeriod(received) && !isBehind(ofEpoch, partition, offset);
  }

  /** Whether the position is at or behind the bounds, whenever its record was received. */
  public boolean isBehind(int ofEpoch, int partition, long offset) {
    return ofEpoch > epoch || (ofEpoch == epoch && offset >= before.getOrDefault(partition, 0L));
  }

  private boolean isInPeriod(long received) {
    return received >= Timestamps.toMicros(from) && received < Timestamps.toMicros(to);
  }

  /** The same with all positions, and so much more time on both sides. */
  public ReplayRange around(Duration more) {
    return everywhere(begin(more), to.plus(more));
  }

  /** The same with all positions. */
  public ReplayRange everywhere() {
    return everywhere(from, to);
  }

  /** With {@link #everywhere} they are {@link #around}: so much time before and behind it. */
  public List<ReplayRange> beside(Duration more) {
    ReplayRange behind = everywhere(to, to.plus(more));
    Instant begin = begin(more);
    return begin.isBefore(from) ? List.of(everywhere(begin, from), behind) : List.of(behind);
  }

  private Instant begin(Duration more) {
    return from.isAfter(Instant.EPOCH.plus(more)) ? from.minus(more) : Instant.EPOCH;
  }

  private static ReplayRange everywhere(Instant from, Instant to) {
    return new ReplayRange(from, to, Integer.MAX_VALUE, Map.of());
  }
}
