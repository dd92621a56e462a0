package io.leat.stream;

import io.leat.event.LogPosition;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/** Builds the rows that do not depend on a stream's schema. */
final class Rows {
  private static final StringData IDENTITY = StringData.fromString(EventTables.IDENTITY_ENCODING);

  private Rows() {}

  /** A raw row, in the order of {@link EventTables#raw()}. */
  static RowData raw(
      LogRecord log, StringData eventId, @Nullable TimestampData eventTime, int epoch) {
    return GenericRowData.of(
        eventId,
        text(log.source),
        text(log.type),
        text(log.subject),
        eventTime,
        RowParser.timestamp(log.receivedMicros),
        text(log.client),
        text(log.request),
        optional(log.requestIndex),
        text(log.supplied),
        text(log.key),
        optional(log.schemaVersion),
        text(log.contentType),
        attributes(log.attributes),
        epoch,
        log.partition,
        log.offset,
        log.value,
        IDENTITY,
        null);
  }

  /** A quarantined record, in the order of {@link EventTables#quarantine()}. */
  static RowData quarantined(
      StreamPlan plan,
      LogRecord log,
      StringData eventId,
      RecordJudge.Verdict verdict,
      long nowMicros) {
    return GenericRowData.of(
        StringData.fromString(plan.stream()),
        StringData.fromString(verdict.code().code()),
        StringData.fromString(verdict.reason()),
        StringData.fromString(verdict.stage()),
        eventId,
        text(log.key),
        text(log.client),
        RowParser.timestamp(log.receivedMicros),
        RowParser.timestamp(nowMicros),
        optional(log.schemaVersion),
        plan.epoch(),
        log.partition,
        log.offset,
        log.value,
        IDENTITY,
        null);
  }

  /** The event's id, or its position when it came into the log without one. */
  static StringData eventId(StreamPlan plan, LogRecord log) {
    StringData id = text(log.id);
    return id != null
        ? id
        : StringData.fromString(
            new LogPosition(plan.epoch(), plan.topic(), log.partition, log.offset).toString());
  }

  /** The event time of the envelope in microseconds, or {@link Timestamps#INVALID}. */
  static long envelopeTime(LogRecord log) {
    return log.time == null
        ? Timestamps.INVALID
        : Timestamps.parseMicros(new String(log.time, StandardCharsets.US_ASCII));
  }

  /**
   * What claims to be UTF-8, as text that is: one malformed byte in a table would make its file
   * unreadable to every query.
   */
  static @Nullable StringData text(byte @Nullable [] utf8) {
    if (utf8 == null) {
      return null;
    }
    return isAscii(utf8)
        ? StringData.fromBytes(utf8)
        : StringData.fromString(new String(utf8, StandardCharsets.UTF_8));
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  static @Nullable Integer optional(int value) {
    return value < 0 ? null : value;
  }

  private static @Nullable GenericMapData attributes(@Nullable Map<String, String> attributes) {
    if (attributes == null) {
      return null;
    }
    Map<StringData, StringData> map = new HashMap<>();
    attributes.forEach((k, v) -> map.put(StringData.fromString(k), StringData.fromString(v)));
    return new GenericMapData(map);
  }
}
