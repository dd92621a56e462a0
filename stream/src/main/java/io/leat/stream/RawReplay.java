package io.leat.stream;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.lake.replay.FileSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.RowDataWrapper;
import org.apache.iceberg.flink.data.FlinkParquetWriters;
import org.jspecify.annotations.Nullable;

/**
 * Judges rows of a raw table once more, one after the other, as the live job judges records of the
 * log; what an id was used for before is the caller's to judge. Not thread-safe.
 */
public final class RawReplay {
  /** What is read of a raw row, in this order. */
  public static final List<String> COLUMNS =
      List.of(
          "event_id",
          "source",
          "event_time",
          "received_at",
          "client",
          "supplied",
          "entity_key",
          "schema_version",
          "log_epoch",
          "log_partition",
          "log_offset",
          "payload",
          "payload_encoding");

  private final StreamPlan plan;
  private final Map<Integer, CandidateRows> byEpoch = new HashMap<>();
  private final LogRecord log = new LogRecord();
  private int epoch;
  private long eventMicros;
  private StringData eventId = StringData.fromString("");
  private GenericRowData row = new GenericRowData(0);
  private RecordJudge.@Nullable Verdict verdict;

  public RawReplay(StreamPlan plan) {
    this.plan = plan;
  }

  /**
   * Takes a row as the present one and says whether it is clean.
   *
   * @param raw the values of {@link #COLUMNS}, as Iceberg keeps them
   * @throws LeatException CONFLICT when its payload is enciphered
   */
  public boolean judge(StructLike raw) {
    read(raw);
    verdict = candidates().fill(log, eventId, eventMicros, row);
    return verdict == null;
  }

  /** Takes a row as the present one and says who it is, whether it is clean or not. */
  public void identify(StructLike raw) {
    read(raw);
    byte[] payload = log.value;
    candidates().identify(log, payload == null ? new byte[0] : payload, row);
  }

  /** Whether the present row's id is new by construction. */
  public boolean hasSuppliedId() {
    return row.getBoolean(candidates().shape().supplied);
  }

  /**
   * Says who the present row is by its id, even if Leat had made that: so is who it is when it is
   * redriven.
   */
  public void identifyAsRedriven() {
    byte[] payload = log.value;
    candidates().identify(log, eventId.toBytes(), payload == null ? new byte[0] : payload, row);
  }

  /** The first half of the present row's identity. */
  public long idHigh() {
    return row.getLong(candidates().shape().idHigh);
  }

  /** The second half of the present row's identity. */
  public long idLow() {
    return row.getLong(candidates().shape().idLow);
  }

  /** Tells payloads of one identity apart. */
  public long payloadHash() {
    return row.getLong(candidates().shape().payloadHash);
  }

  /** The processed row, if the present row is clean. */
  public RowData processed() {
    return row;
  }

  /**
   * The quarantine's row, if the present row is not clean.
   *
   * @param nowMicros when it was judged, microseconds since the epoch
   */
  public RowData quarantined(long nowMicros) {
    RecordJudge.Verdict why =
        verdict == null
            ? new RecordJudge.Verdict(ErrorCode.EVENT_ID_CONFLICT, DedupOperator.CONFLICT, "dedup")
            : verdict;
    return Rows.quarantined(plan.inEpoch(epoch), log, eventId, why, nowMicros);
  }

  private CandidateRows candidates() {
    return byEpoch.computeIfAbsent(epoch, e -> new CandidateRows(plan.inEpoch(e)));
  }

  private void read(StructLike raw) {
    String encoding = text(raw, 12);
    if (!EventTables.IDENTITY_ENCODING.equals(encoding)) {
      throw new LeatException(
          ErrorCode.CONFLICT, "A payload is enciphered (" + encoding + "): it cannot be replayed");
    }
    epoch = number(raw, 8, 0);
    log.partition = number(raw, 9, 0);
    Long offset = raw.get(10, Long.class);
    log.offset = offset == null ? 0 : offset;
    String id = text(raw, 0);
    String position = new LogPosition(epoch, plan.topic(), log.partition, log.offset).toString();
    eventId = StringData.fromString(id == null ? position : id);
    log.id = id == null || id.equals(position) ? null : bytes(id);
    log.source = bytes(text(raw, 1));
    Long time = raw.get(2, Long.class);
    eventMicros = time == null ? Timestamps.INVALID : time;
    Long received = raw.get(3, Long.class);
    log.receivedMicros = received == null ? 0 : received;
    log.client = bytes(text(raw, 4));
    log.supplied = bytes(text(raw, 5));
    log.key = bytes(text(raw, 6));
    log.schemaVersion = number(raw, 7, -1);
    ByteBuffer payload = raw.get(11, ByteBuffer.class);
    log.value = payload == null ? null : bytes(payload);
    row = candidates().empty();
    verdict = null;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String text(StructLike raw, int at) {
    Object value = raw.get(at, Object.class);
    return value == null ? null : value.toString();
  }

  private static int number(StructLike raw, int at, int otherwise) {
    Integer value = raw.get(at, Integer.class);
    return value == null ? otherwise : value;
  }

  /** For files of {@link #processed} or {@link #quarantined} rows. */
  public static FileSet<RowData> files(Table table, String name) {
    Schema schema = table.schema();
    RowType type = FlinkSchemaUtil.convert(schema);
    RowDataWrapper values = new RowDataWrapper(type, schema.asStruct());
    return new FileSet<>(
        table,
        table.spec(),
        (PartitionKey key, RowData row) -> key.partition(values.wrap(row)),
        builder ->
            builder.createWriterFunc(message -> FlinkParquetWriters.buildWriter(type, message)),
        name);
  }
}
