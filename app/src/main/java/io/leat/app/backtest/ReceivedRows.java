package io.leat.app.backtest;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionedTable;
import io.leat.lake.replay.ReplayRange;
import io.leat.stream.RawReplay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells raw rows of several streams in the order in which they were received: those of a partition
 * by offset, partitions among each other by time. Reads slice after slice of the time, each so
 * short that its rows fit in memory. Owned by one thread.
 */
final class ReceivedRows {
  /** A record may stand so far behind another that was received later. */
  static final Duration DISORDER = Duration.ofSeconds(10);

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final int PAYLOAD = RawReplay.COLUMNS.indexOf("payload");

  /** A slice of the shortest time may have so many times what others may have. */
  private static final int MOST_SHORTEST = 20;

  private final Map<String, PositionedTable> read;
  private final List<PositionedTable> seen;
  private final SnapshotLeases leases;
  private final Pace pace;
  private final BacktestLimits limits;

  private final List<Pending> pending = new ArrayList<>();
  private final Map<Partition, Reached> reached = new HashMap<>();
  private final NavigableSet<Long> seconds = new TreeSet<>();
  private long unordered;

  private record Partition(String stream, int number) {}

  /** The newest record of a partition that was told. */
  private record Reached(int epoch, long offset, long received) {
    boolean has(PositionedTable.Row row) {
      return row.epoch() < epoch || (row.epoch() == epoch && row.offset() <= offset);
    }
  }

  /** A row that waits, and when it counts as received: no earlier than those before it. */
  private static final class Pending {
    private final Partition partition;
    private final PositionedTable.Row row;
    private long received;

    Pending(Partition partition, PositionedTable.Row row) {
      this.partition = partition;
      this.row = row;
      this.received = row.received();
    }

    static final Comparator<Pending> BY_OFFSET =
        Comparator.comparing((Pending one) -> one.partition.stream())
            .thenComparingInt(one -> one.partition.number())
            .thenComparingInt(one -> one.row.epoch())
            .thenComparingLong(one -> one.row.offset());

    static final Comparator<Pending> BY_RECEIPT =
        Comparator.comparingLong((Pending one) -> one.received).thenComparing(BY_OFFSET);
  }

  /** There is more than fits. */
  private static final class TooMuchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooMuchException() {
      super(null, null, false, false);
    }
  }

  /** Takes what was received. */
  interface Taker {
    /** Something came in, of whatever stream. Milliseconds since the epoch. */
    void received(long millis);

    /** A row of a stream that is read, with {@link RawReplay#COLUMNS}. */
    void row(String stream, PositionedTable.Row row) throws IOException;

    /** All that was received before this has been told. */
    void reached(Instant time);
  }

  /**
   * @param read raw tables of the streams whose rows are told, by stream
   * @param seen raw tables of which only is told when rows were received
   */
  ReceivedRows(
      Map<String, PositionedTable> read,
      List<PositionedTable> seen,
      SnapshotLeases leases,
      Pace pace,
      BacktestLimits limits) {
    this.read = Map.copyOf(read);
    this.seen = List.copyOf(seen);
    this.leases = leases;
    this.pace = pace;
    this.limits = limits;
  }

  /** Rows that were left out since they came too late for their order. */
  long unordered() {
    return unordered;
  }

  /**
   * Tells the rows of a period.
   *
   * @throws LeatException BAD_REQUEST when more came in within a second than fits
   */
  void tell(Instant from, Instant to, Taker taker) throws IOException {
    Duration width = width(from, to);
    Instant at = from;
    while (at.isBefore(to)) {
      Instant end = at.plus(width);
      end = end.isBefore(to) ? end : to;
      int before = pending.size();
      boolean isShortest = width.compareTo(SHORTEST) <= 0;
      try {
        slice(at, end, isShortest ? MOST_SHORTEST : 1);
      } catch (TooMuchException e) {
        if (isShortest) {
          throw new LeatException(
              ErrorCode.BAD_REQUEST,
              "More than "
                  + MOST_SHORTEST * (long) limits.sliceRows()
                  + " events, or "
                  + MOST_SHORTEST * limits.sliceBytes()
                  + " bytes of them, were received in the second from "
                  + at
                  + " on, which do not fit in memory: leave it out",
              e);
        }
        pending.subList(before, pending.size()).clear();
        width = longer(width.dividedBy(4), SHORTEST);
        continue;
      }
      boolean isLast = !end.isBefore(to);
      boolean isCrowded = pending.size() > 4 * limits.sliceRows();
      release(isLast || isCrowded ? end : end.minus(DISORDER), taker);
      if (pending.size() - before < limits.sliceRows() / 4) {
        width = width.multipliedBy(2);
      }
      at = end;
    }
  }

  private Duration width(Instant from, Instant to) {
    ReplayRange range = range(from, to);
    long rows = read.values().stream().mapToLong(table -> table.estimate(range)).sum();
    Duration all = Duration.between(from, to);
    long slices = 1 + rows / Math.max(1, limits.sliceRows());
    return longer(all.dividedBy(slices), SHORTEST);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static ReplayRange range(Instant from, Instant to) {
    return new ReplayRange(from, to, Integer.MAX_VALUE, Map.of());
  }

  /**
   * @param times so many times the usual limits
   */
  private void slice(Instant from, Instant to, int times) throws IOException {
    ReplayRange range = range(from, to);
    long[] room = {(long) limits.sliceRows() * times, limits.sliceBytes() * times};
    for (Map.Entry<String, PositionedTable> one : read.entrySet()) {
      one.getValue()
          .read(
              range,
              RawReplay.COLUMNS,
              leases,
              pace,
              row -> {
                room[0]--;
                room[1] -= length(row.values().get(PAYLOAD, ByteBuffer.class));
                if (room[0] < 0 || room[1] < 0) {
                  throw new TooMuchException();
                }
                pending.add(new Pending(new Partition(one.getKey(), row.partition()), row));
              });
    }
    for (PositionedTable table : seen) {
      table.read(range, List.of(), leases, pace, row -> seconds.add(row.received() / 1_000_000));
    }
  }

  private static int length(@Nullable ByteBuffer payload) {
    return payload == null ? 0 : payload.remaining();
  }

  /** Tells what was received before this; no row of a later slice comes before one of these. */
  private void release(Instant before, Taker taker) throws IOException {
    pending.sort(Pending.BY_OFFSET);
    Map<Partition, Long> newest = new HashMap<>();
    reached.forEach((partition, last) -> newest.put(partition, last.received()));
    for (Pending one : pending) {
      one.received = newest.merge(one.partition, one.row.received(), Math::max);
    }
    pending.sort(Pending.BY_RECEIPT);
    long bound = before.getEpochSecond() * 1_000_000 + before.getNano() / 1_000;
    int told = 0;
    while (told < pending.size() && pending.get(told).received < bound) {
      Pending one = pending.get(told++);
      receipts(one.received / 1_000_000, taker);
      tell(one, taker);
    }
    pending.subList(0, told).clear();
    receipts(before.getEpochSecond() - 1, taker);
    taker.reached(before);
  }

  private void receipts(long upTo, Taker taker) {
    while (!seconds.isEmpty() && seconds.first() <= upTo) {
      taker.received(seconds.pollFirst() * 1_000);
    }
  }

  private void tell(Pending one, Taker taker) throws IOException {
    Reached last = reached.get(one.partition);
    if (last != null && last.has(one.row)) {
      unordered++;
      return;
    }
    reached.put(one.partition, new Reached(one.row.epoch(), one.row.offset(), one.received));
    taker.row(one.partition.stream(), one.row);
  }
}
