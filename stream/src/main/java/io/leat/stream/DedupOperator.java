package io.leat.stream;

import io.leat.event.ErrorCode;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.rules.Deduplication;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first event of each id through, counts its duplicates, and quarantines another payload
 * under its id. State is keyed by slot (see {@link Candidates}) and bounded by the window:
 * event-time timers, whose clock is the gateways' time of receipt, remove what has expired.
 */
final class DedupOperator extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<RowData, RowData>,
        Triggerable<Integer, VoidNamespace>,
        BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final StreamPlan plan;
  private transient Machine machine;
  private transient MapState<Tuple2<Long, Long>, Tuple2<Long, Long>> seen;
  private transient InternalTimerService<VoidNamespace> timers;

  @SuppressWarnings("NullAway.Init") // Flink calls open() before anything else.
  DedupOperator(StreamPlan plan) {
    this.plan = plan;
  }

  @Override
  public void open() throws Exception {
    super.open();
    machine = new Machine();
    // Identity -> (payload hash, receive time in microseconds).
    seen =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "seen",
                    Types.TUPLE(Types.LONG, Types.LONG),
                    Types.TUPLE(Types.LONG, Types.LONG)));
    timers = getInternalTimerService("expiry", VoidNamespaceSerializer.INSTANCE, this);
  }

  @Override
  public void processElement(StreamRecord<RowData> element) throws Exception {
    RowData row = element.getValue();
    Candidates shape = machine.shape;
    LedgerBook.Counts counts =
        machine.book.at(row.getInt(shape.logPartition), row.getLong(shape.logOffset));
    switch (machine.judge(row)) {
      case FIRST -> {
        counts.processed++;
        output.collect(element);
      }
      case DUPLICATE -> counts.duplicates++;
      case CONFLICT -> {
        counts.quarantined++;
        output.collect(Outputs.QUARANTINE, new StreamRecord<>(machine.conflict(row)));
      }
    }
  }

  @Override
  public void onEventTime(InternalTimer<Integer, VoidNamespace> timer) throws Exception {
    machine.expire(timer.getTimestamp() * 1_000L);
  }

  @Override
  public void onProcessingTime(InternalTimer<Integer, VoidNamespace> timer) {
    throw new IllegalStateException("no such timer is registered");
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    machine.book.close(checkpointId, this::ledger);
  }

  @Override
  public void endInput() {
    machine.book.close(-1, this::ledger);
  }

  private void ledger(RowData row) {
    output.collect(Outputs.LEDGER, new StreamRecord<>(row));
  }

  /** What exists only while the operator runs. */
  private final class Machine {
    private static final long MIN_BUCKET_MILLIS = 60_000;
    private static final byte[] NOTHING = {};

    private final byte[] stream = plan.stream().getBytes(StandardCharsets.UTF_8);

    private final InstantSource clock = InstantSource.system();
    private final LedgerBook book = new LedgerBook(plan, "dedup", clock);
    private final Candidates shape = new Candidates(plan.processed());
    private final Deduplication deduplication = new Deduplication(plan.dedupe());
    private final Duration window = plan.dedupe();
    private final long bucketMillis = Math.max(MIN_BUCKET_MILLIS, window.toMillis() / 8);

    /** Newest timer per slot, so that a timer is not registered anew with each record. */
    private final long[] newestTimer = new long[Candidates.SLOTS];

    Machine() {
      Arrays.fill(newestTimer, Long.MIN_VALUE);
    }

    Deduplication.Sighting judge(RowData row) throws Exception {
      if (row.getBoolean(shape.supplied)) {
        return Deduplication.Sighting.FIRST;
      }
      long received = received(row);
      Deduplication.Identity identity =
          deduplication.identity(
              stream,
              bytes(row, shape.client),
              bytes(row, shape.entityKey),
              bytes(row, shape.eventId));
      long hash = deduplication.payloadHash(row.getBinary(shape.payload));
      Tuple2<Long, Long> key = Tuple2.of(identity.high(), identity.low());
      Tuple2<Long, Long> stored = seen.get(key);
      Deduplication.Sighting sighting =
          stored == null
              ? Deduplication.Sighting.FIRST
              : deduplication.judge(stored.f0, stored.f1, hash, received);
      if (sighting == Deduplication.Sighting.FIRST) {
        seen.put(key, Tuple2.of(hash, received));
        scheduleExpiry(row.getInt(shape.slot), received / 1_000L);
      }
      return sighting;
    }

    private void scheduleExpiry(int slot, long receivedMillis) {
      long bucketEnd = (Math.floorDiv(receivedMillis, bucketMillis) + 1) * bucketMillis;
      long at = bucketEnd + window.toMillis();
      if (at > newestTimer[slot]) {
        newestTimer[slot] = at;
        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, at);
      }
    }

    void expire(long nowMicros) throws Exception {
      Iterator<Map.Entry<Tuple2<Long, Long>, Tuple2<Long, Long>>> entries = seen.iterator();
      while (entries.hasNext()) {
        if (deduplication.isExpired(entries.next().getValue().f1, nowMicros)) {
          entries.remove();
        }
      }
    }

    /** In the order of {@link EventTables#quarantine()}. */
    RowData conflict(RowData row) {
      return GenericRowData.of(
          StringData.fromString(plan.stream()),
          StringData.fromString(ErrorCode.EVENT_ID_CONFLICT.code()),
          StringData.fromString("the event id was used before with another payload"),
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

    private byte[] bytes(RowData row, int position) {
      return row.isNullAt(position) ? NOTHING : row.getString(position).toBytes();
    }

    private @Nullable StringData string(RowData row, int position) {
      return row.isNullAt(position)
          ? null
          : StringData.fromBytes(row.getString(position).toBytes());
    }
  }
}
