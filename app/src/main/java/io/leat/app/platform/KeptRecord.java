package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code quarantine} or {@code rejected}.
 *
 * @param stream {@code blueprint.stream}
 * @param time when it was quarantined or refused
 * @param received when the gateway received it
 * @param requestIndex -1 for a body that was refused as a whole, and for quarantined records
 * @param originalLength of a refused record, in bytes; -1 when it is not known
 * @param payload null when there is none, or it was not read
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record KeptRecord(
    KeptId id,
    String stream,
    String code,
    String reason,
    String stage,
    @Nullable String eventId,
    @Nullable String entityKey,
    @Nullable String client,
    Instant time,
    Instant received,
    @Nullable Integer schemaVersion,
    String request,
    int requestIndex,
    long originalLength,
    byte @Nullable [] payload) {
  static final Comparator<KeptRecord> OLDEST_FIRST =
      Comparator.comparing(KeptRecord::time).thenComparing(r -> r.id().position());

  /** As the log has them, so that the order of a key's records is kept. */
  static final Comparator<KeptRecord> AS_LOGGED =
      Comparator.comparing((KeptRecord r) -> r.id().position());

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> QUARANTINED =
      List.of(
          "stream",
          "code",
          "reason",
          "stage",
          "event_id",
          "entity_key",
          "client",
          "received_at",
          "quarantined_at",
          "schema_version",
          "log_epoch",
          "log_partition",
          "log_offset");
  private static final List<String> REJECTED =
      List.of(
          "stream",
          "code",
          "reason",
          "stage",
          "event_id",
          "client",
          "request_id",
          "request_index",
          "received_at",
          "schema_version",
          "original_length",
          "log_epoch",
          "log_partition",
          "log_offset");

  /** What is read of a row, but the payload. */
  static List<String> columns(boolean rejected) {
    return rejected ? REJECTED : QUARANTINED;
  }

  /** The column that tells when it was kept. */
  static String timeColumn(boolean rejected) {
    return rejected ? "received_at" : "quarantined_at";
  }

  static KeptRecord of(boolean rejected, String blueprint, Record row) {
    String stream = text(row, "stream") == null ? "" : String.valueOf(row.getField("stream"));
    String topic = rejected ? Names.rejectedTopic(blueprint) : Names.topic(blueprint, stream);
    Instant received = instant(row, "received_at");
    Instant time = rejected ? received : instant(row, "quarantined_at");
    Integer index = rejected ? (Integer) row.getField("request_index") : null;
    Long length = rejected ? (Long) row.getField("original_length") : null;
    String request = rejected ? text(row, "request_id") : null;
    return new KeptRecord(
        new KeptId(rejected, position(topic, "", row)),
        Names.topic(blueprint, stream),
        orEmpty(text(row, "code")),
        orEmpty(text(row, "reason")),
        orEmpty(text(row, "stage")),
        text(row, "event_id"),
        rejected ? null : text(row, "entity_key"),
        text(row, "client"),
        time == null ? Instant.EPOCH : time,
        received == null ? (time == null ? Instant.EPOCH : time) : received,
        (Integer) row.getField("schema_version"),
        orEmpty(request),
        index == null ? -1 : index,
        length == null ? -1 : length,
        bytes(row, "payload"));
  }

  static LogPosition position(String topic, String prefix, Record row) {
    return new LogPosition(
        (Integer) row.getField(prefix + "log_epoch"),
        topic,
        (Integer) row.getField(prefix + "log_partition"),
        (Long) row.getField(prefix + "log_offset"));
  }

  static @Nullable String text(Record row, String column) {
    Object value = row.getField(column);
    return value == null ? null : value.toString();
  }

  static @Nullable Instant instant(Record row, String column) {
    return row.getField(column) instanceof OffsetDateTime time ? time.toInstant() : null;
  }

  /** Null too when the column was not read. */
  static byte @Nullable [] bytes(Record row, String column) {
    if (row.struct().field(column) == null
        || !(row.getField(column) instanceof ByteBuffer buffer)) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  ObjectNode json() {
    return JSON.createObjectNode()
        .put("id", id.toString())
        .put("time", time.toString())
        .put("stream", stream)
        .put("stage", stage)
        .put("code", code)
        .put("reason", reason)
        .put("event_id", eventId)
        .put("entity_key", entityKey)
        .put("client", client)
        .put("received_at", received.toString())
        .put("schema_version", schemaVersion);
  }
}
