package io.leat.stream;

import io.leat.event.Timestamps;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;

/**
 * Counts what one operator did since the last checkpoint, per partition. Owned by the operator's
 * thread.
 */
final class LedgerBook {
  private final StreamPlan plan;
  private final StringData stream;
  private final StringData stage;
  private final InstantSource clock;
  private final Map<Integer, Counts> byPartition = new TreeMap<>();
  private int lastPartition = -1;
  private Counts last = new Counts();

  LedgerBook(StreamPlan plan, String stage, InstantSource clock) {
    this.plan = plan;
    this.stream = StringData.fromString(plan.stream());
    this.stage = StringData.fromString(stage);
    this.clock = clock;
  }

  /** One partition's counts; the operator adds to the fields. */
  static final class Counts {
    private long first = Long.MAX_VALUE;
    private long next;
    long logged;
    long raw;
    long processed;
    long duplicates;
    long quarantined;
  }

  /** The counts of {@code partition}, having seen {@code offset}. */
  Counts at(int partition, long offset) {
    if (partition != lastPartition) {
      last = byPartition.computeIfAbsent(partition, p -> new Counts());
      lastPartition = partition;
    }
    Counts counts = last;
    if (offset >= counts.next) {
      counts.next = offset + 1;
    }
    if (offset < counts.first) {
      counts.first = offset;
    }
    return counts;
  }

  /** Writes a row per partition and starts anew. */
  void close(long checkpointId, Consumer<RowData> rows) {
    byPartition.forEach((partition, counts) -> rows.accept(row(checkpointId, partition, counts)));
    byPartition.clear();
    lastPartition = -1;
  }

  private RowData row(long checkpointId, int partition, Counts counts) {
    return GenericRowData.of(
        stream,
        plan.epoch(),
        partition,
        checkpointId,
        stage,
        counts.first,
        counts.next,
        counts.logged,
        counts.raw,
        counts.processed,
        counts.duplicates,
        counts.quarantined,
        RowParser.timestamp(Timestamps.toMicros(clock.instant())));
  }
}
