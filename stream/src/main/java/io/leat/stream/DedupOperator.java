package io.leat.stream;

import io.leat.event.ErrorCode;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.rules.Deduplication;
import io.leat.rules.seen.IdRange;
import io.leat.rules.seen.SeenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first event of each id through, counts its duplicates, and quarantines another payload
 * under its id. What was seen is in {@link SeenIds}, whose snapshot is this operator's state; the
 * watermark, which follows the gateways' time of receipt, lets go of what has expired.
 */
final class DedupOperator extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<RowData, RowData>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  /** Why a record that its id's first one contradicts is quarantined. */
  static final String CONFLICT = "the event id was used before with another payload";

  /** A file that is not needed any more outlives those that are kept, failed ones between them. */
  private static final long KEPT_CHECKPOINTS = 30;

  /** What is younger may belong to a subtask that was quicker. */
  private static final Duration LEFT_OVER = Duration.ofMinutes(10);

  private final StreamPlan plan;
  private final Written written;
  private final String directory;
  private final int batch;
  private transient Machine machine;

  /** Of the files of all subtasks: name, first bucket, bucket after the last, shared. */
  private transient ListState<Tuple4<String, Integer, Integer, Boolean>> files;

  private transient ListState<byte[]> recent;

  /**
   * @param written records before it are remembered, and nothing comes of them
   * @param directory for the files of the stream's ids
   * @param batch rows that wait for each other, at the longest for the next watermark
   */
  @SuppressWarnings("NullAway.Init") // Flink calls initializeState() before anything else.
  DedupOperator(StreamPlan plan, Written written, String directory, int batch) {
    this.plan = plan;
    this.written = written;
    this.directory = directory;
    this.batch = batch;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    files =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>(
                    "files", Types.TUPLE(Types.STRING, Types.INT, Types.INT, Types.BOOLEAN)));
    recent =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>(
                    "recent", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    var task = getRuntimeContext().getTaskInfo();
    int subtask = task.getIndexOfThisSubtask();
    SeenIds ids =
        new SeenIds(
            Path.of(directory),
            subtask + "-",
            IdRange.of(subtask, task.getNumberOfParallelSubtasks()));
    machine = new Machine(ids);
    Set<String> named = new HashSet<>();
    for (var file : files.get()) {
      ids.restore(new SeenIds.FileName(file.f0, new IdRange(file.f1, file.f2), file.f3));
      named.add(file.f0);
    }
    for (byte[] entries : recent.get()) {
      ids.restore(entries);
    }
    if (subtask == 0) {
      SeenIds.sweep(Path.of(directory), named, Instant.now().minus(LEFT_OVER));
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    SeenIds.Snapshot snapshot = machine.ids.snapshot();
    files.update(
        snapshot.files().stream()
            .map(
                file ->
                    Tuple4.of(file.name(), file.range().from(), file.range().to(), file.shared()))
            .toList());
    recent.update(List.of(snapshot.recent()));
    machine.unneeded.add(
        new Unneeded(context.getCheckpointId() + KEPT_CHECKPOINTS, machine.ids.retire()));
  }

  /**
   * @param after the checkpoint with whose completion the files may go
   */
  private record Unneeded(long after, List<Path> files) {}

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    Unneeded oldest = machine.unneeded.peek();
    while (oldest != null && oldest.after <= checkpointId) {
      for (Path file : oldest.files) {
        Files.deleteIfExists(file);
      }
      machine.unneeded.remove();
      oldest = machine.unneeded.peek();
    }
  }

  @Override
  public void processElement(StreamRecord<RowData> element) throws Exception {
    machine.accept(element.getValue(), element.getTimestamp());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    machine.flush();
    if (mark.getTimestamp() != Watermark.MAX_WATERMARK.getTimestamp()) {
      machine.ids.expire(mark.getTimestamp() * 1_000L - machine.windowMicros);
    }
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws IOException {
    machine.flush();
    machine.book.close(checkpointId, this::ledger);
  }

  @Override
  public void endInput() throws IOException {
    machine.flush();
    machine.book.close(-1, this::ledger);
  }

  @Override
  public void close() throws Exception {
    if (machine != null) {
      machine.ids.close();
    }
    super.close();
  }

  private void ledger(RowData row) {
    output.collect(Outputs.LEDGER, new StreamRecord<>(row));
  }

  /** What exists only while the operator runs. */
  private final class Machine {
    private final InstantSource clock = InstantSource.system();
    private final LedgerBook book = new LedgerBook(plan, "dedup", clock);
    private final Candidates shape = new Candidates(plan.processed());
    private final Deduplication deduplication = new Deduplication(plan.dedupe());
    private final long windowMicros = plan.dedupe().toNanos() / 1_000;
    private final Queue<Unneeded> unneeded = new ArrayDeque<>();
    private final SeenIds ids;
    private final StreamRecord<RowData> reused = new StreamRecord<>(null);

    /** Rows that wait for others, for the same reason as in {@link ParseOperator}. */
    private final RowData[] rows = new RowData[batch];

    private final long[] timestamps = new long[batch];
    private final long[] highs = new long[batch];
    private final long[] lows = new long[batch];
    private int waiting;

    Machine(SeenIds ids) {
      this.ids = ids;
    }

    void accept(RowData row, long timestamp) throws IOException {
      rows[waiting] = row;
      timestamps[waiting] = timestamp;
      waiting++;
      if (waiting == rows.length) {
        flush();
      }
    }

    void flush() throws IOException {
      for (int i = 0; i < waiting; i++) {
        highs[i] = rows[i].getLong(shape.idHigh);
        lows[i] = rows[i].getLong(shape.idLow);
      }
      ids.expect(highs, lows, waiting);
      int first = 0;
      for (int i = 0; i < waiting; i++) {
        RowData row = rows[i];
        int partition = row.getInt(shape.logPartition);
        long offset = row.getLong(shape.logOffset);
        Deduplication.Sighting sighting = judge(i);
        if (written.has(partition, offset)) {
          continue;
        }
        LedgerBook.Counts counts = book.at(partition, offset);
        switch (sighting) {
          case FIRST -> {
            counts.processed++;
            rows[first] = row;
            timestamps[first] = timestamps[i];
            first++;
          }
          case DUPLICATE -> counts.duplicates++;
          case CONFLICT -> {
            counts.quarantined++;
            output.collect(Outputs.QUARANTINE, new StreamRecord<>(conflict(row)));
          }
        }
      }
      for (int i = 0; i < first; i++) {
        output.collect(reused.replace(rows[i], timestamps[i]));
      }
      waiting = 0;
    }

    Deduplication.Sighting judge(int i) throws IOException {
      RowData row = rows[i];
      if (row.getBoolean(shape.supplied)) {
        return Deduplication.Sighting.FIRST;
      }
      long received = received(row);
      long hash = row.getLong(shape.payloadHash);
      Deduplication.Sighting sighting =
          ids.findExpected(i)
              ? deduplication.judge(ids.hash(), ids.received(), hash, received)
              : Deduplication.Sighting.FIRST;
      if (sighting == Deduplication.Sighting.FIRST) {
        ids.add(highs[i], lows[i], hash, received);
      }
      return sighting;
    }

    /** In the order of {@link EventTables#quarantine()}. */
    RowData conflict(RowData row) {
      return GenericRowData.of(
          StringData.fromString(plan.stream()),
          StringData.fromString(ErrorCode.EVENT_ID_CONFLICT.code()),
          StringData.fromString(CONFLICT),
          StringData.fromString("dedup"),
          string(row, shape.eventId),
          string(row, shape.entityKey),
          string(row, shape.client),
          row.getTimestamp(shape.receivedAt, 6),
          RowParser.timestamp(Timestamps.toMicros(clock.instant())),
          row.isNullAt(shape.schemaVersion) ? null : row.getInt(shape.schemaVersion),
          row.getInt(shape.logEpoch),
          row.getInt(shape.logPartition),
          row.getLong(shape.logOffset),
          row.getBinary(shape.payload),
          StringData.fromString(EventTables.IDENTITY_ENCODING),
          null);
    }

    private long received(RowData row) {
      TimestampData time = row.getTimestamp(shape.receivedAt, 6);
      return time.getMillisecond() * 1_000L + time.getNanoOfMillisecond() / 1_000L;
    }

    private @Nullable StringData string(RowData row, int position) {
      return row.isNullAt(position)
          ? null
          : StringData.fromBytes(row.getString(position).toBytes());
    }
  }
}
