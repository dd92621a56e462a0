package io.leat.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.blueprint.StreamSpec;
import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.leat.event.LogHeaders;
import io.leat.gateway.format.CloudEvent;
import io.leat.gateway.format.IncomingRecord;
import io.leat.gateway.format.IncomingRecord.Bytes;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Message;
import io.leat.schema.Violation;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * From a record as it came to one for the log: judged by the stream's schema, with its key, id and
 * time. Thread-safe.
 */
final class EventPreparation {
  private static final int MAX_KEY_BYTES = 1_024;
  private static final int MAX_ID_CHARS = 512;

  /** An integer of more digits is no key; 1e9999 must not become a text of that length. */
  private static final int MAX_KEY_DIGITS = 40;

  private static final int MAX_TEXT = 300;

  /** The headers of {@link #fromAttributes}, whatever the event has besides. */
  private static final String FROM_ATTRIBUTES =
      layout(
          LogHeaders.LETTER_SPEC_VERSION,
          LogHeaders.LETTER_ID,
          LogHeaders.LETTER_TIME,
          LogHeaders.LETTER_CONTENT_TYPE);

  private static final String PLAIN =
      FROM_ATTRIBUTES + layout(LogHeaders.LETTER_SOURCE, LogHeaders.LETTER_TYPE);

  private final EventIds ids;
  private final int maxRecordBytes;
  private final int maxErrors;

  EventPreparation(EventIds ids, int maxRecordBytes, int maxErrors) {
    this.ids = ids;
    this.maxRecordBytes = maxRecordBytes;
    this.maxErrors = maxErrors;
  }

  /**
   * What became of a record: either a message or a refusal.
   *
   * @param id the event's id, null when the record did not get as far as having one
   * @param message for the log
   * @param refusal why not
   */
  record Prepared(@Nullable String id, @Nullable Message message, @Nullable Refusal refusal) {
    static Prepared refused(@Nullable String id, Refusal refusal) {
      return new Prepared(id, null, refusal);
    }
  }

  Prepared prepare(Ingest ingest, IncomingRecord record, int index) {
    String id = ownId(ingest, record);
    Refusal refusal = refuse(ingest, record, id);
    if (refusal != null) {
      return Prepared.refused(id, refusal);
    }
    boolean supplied = false;
    if (id == null) {
      id = ingest.idempotentId(index);
      if (id == null) {
        id = ids.next();
        supplied = true;
      }
    }
    return timed(ingest, record, index, id, supplied ? "i" : "", null);
  }

  /**
   * A record whose id is known, since it came before; judged by the rules of now.
   *
   * @param id the id that it keeps
   * @param supplied {@code i} if the server made the id, else empty
   * @param mark where it comes from; null when no attempt of it is in the log
   */
  Prepared again(
      Ingest ingest,
      IncomingRecord record,
      int index,
      String id,
      String supplied,
      @Nullable Header mark) {
    Refusal refusal = refuse(ingest, record, id);
    return refusal != null
        ? Prepared.refused(id, refusal)
        : timed(ingest, record, index, id, supplied, mark);
  }

  /** The id that the sender gave the record, or null. */
  static @Nullable String ownId(Ingest ingest, IncomingRecord record) {
    CloudEvent attributes = record.attributes();
    if (attributes != null) {
      return attributes.id();
    }
    return record.refusal() == null ? ownId(ingest.stream().spec(), record.node()) : null;
  }

  private @Nullable Refusal refuse(Ingest ingest, IncomingRecord record, @Nullable String id) {
    if (record.refusal() != null) {
      return record.refusal();
    }
    if (!record.node().isObject()) {
      String what =
          record.node().isMissingNode() ? "the event has no data" : "the record must be an object";
      return Refusal.at(ErrorCode.SCHEMA_VIOLATION, record.pointer(), what);
    }
    StreamSpec spec = ingest.stream().spec();
    String keyPointer = record.pointer() + member(spec.key());
    String key = key(spec, record.node());
    if (key == null) {
      JsonNode value = record.node().path(spec.key());
      return Refusal.at(
          ErrorCode.MISSING_KEY,
          keyPointer,
          value.isMissingNode() || value.isNull()
              ? "the stream's key is missing"
              : "the stream's key must be a string or an integer, not empty and at most "
                  + MAX_KEY_BYTES
                  + " bytes");
    }
    if (!ingest.principal().mayUseEntity(key)) {
      return Refusal.at(
          ErrorCode.ENTITY_MISMATCH,
          keyPointer,
          "the credential does not allow to send for this entity");
    }
    List<Violation> violations = spec.schema().validator().validate(record.node());
    if (!violations.isEmpty()) {
      return violated(record.pointer(), violations);
    }
    if (id != null && id.length() > MAX_ID_CHARS) {
      return Refusal.of(
          ErrorCode.SCHEMA_VIOLATION,
          "the event's id is longer than " + MAX_ID_CHARS + " characters");
    }
    if (record.data().length() > maxRecordBytes) {
      return Refusal.of(
          ErrorCode.RECORD_TOO_LARGE,
          "the record has "
              + record.data().length()
              + " bytes, more than the "
              + maxRecordBytes
              + " that are allowed");
    }
    return null;
  }

  private Refusal violated(String pointer, List<Violation> violations) {
    int listed = Math.min(violations.size(), maxErrors);
    List<Violation> errors = new ArrayList<>(listed);
    for (Violation violation : violations.subList(0, listed)) {
      errors.add(
          new Violation(
              cut(pointer + violation.pointer()), violation.keyword(), cut(violation.message())));
    }
    int more = violations.size() - listed;
    String first = errors.get(0).toString();
    String reason =
        violations.size() == 1 ? first : first + " (and " + (violations.size() - 1) + " more)";
    return new Refusal(ErrorCode.SCHEMA_VIOLATION, reason, errors, more);
  }

  /** Messages of the validator may repeat names of properties, which are the client's. */
  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
  }

  private Prepared timed(
      Ingest ingest,
      IncomingRecord record,
      int index,
      String id,
      String idSupplied,
      @Nullable Header mark) {
    StreamSpec spec = ingest.stream().spec();
    CloudEvent attributes = record.attributes();
    String text = attributes == null ? null : attributes.attribute("time");
    String pointer = "/time";
    if (text == null && spec.time() != null) {
      JsonNode value = record.node().path(spec.time());
      pointer = record.pointer() + member(spec.time());
      text = value.isMissingNode() || value.isNull() ? null : value.asText();
    }
    String time =
        text == null ? EventTime.ofMicros(ingest.receivedMicros()) : EventTime.normalise(text);
    if (time == null) {
      return Prepared.refused(
          id, Refusal.at(ErrorCode.INVALID_TIME, pointer, "the time is no RFC 3339 date-time"));
    }
    String supplied = idSupplied + (text == null ? "t" : "") + (mark == null ? "" : "r");
    String key = key(spec, record.node());
    if (key == null) {
      throw new IllegalStateException("the key was there before");
    }
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    Bytes data = record.data();
    List<Header> headers = headers(ingest, attributes, index, id, time, supplied);
    if (mark != null) {
      headers.add(mark);
    }
    Message message =
        new Message(
            ingest.stream().name(),
            Utils.toPositive(Utils.murmur2(keyBytes)) % spec.partitions(),
            keyBytes,
            data.array(),
            data.start(),
            data.end(),
            headers);
    return new Prepared(id, message, null);
  }

  private static List<Header> headers(
      Ingest ingest,
      @Nullable CloudEvent attributes,
      int index,
      String id,
      String time,
      String supplied) {
    List<Header> headers = new ArrayList<>(8);
    headers.add(ingest.facts(index, supplied, attributes == null ? PLAIN : FROM_ATTRIBUTES));
    headers.add(ingest.version());
    headers.add(Ingest.header(LogHeaders.ID, id));
    headers.add(Ingest.header(LogHeaders.TIME, time));
    if (attributes == null) {
      headers.add(ingest.json());
      headers.add(ingest.source());
      headers.add(ingest.type());
    } else {
      fromAttributes(ingest, attributes, headers);
    }
    return headers;
  }

  private static void fromAttributes(Ingest ingest, CloudEvent attributes, List<Header> headers) {
    String contentType = attributes.attribute("datacontenttype");
    contentType = contentType == null ? ingest.contentType() : contentType;
    headers.add(
        contentType == null ? ingest.json() : Ingest.header(LogHeaders.CONTENT_TYPE, contentType));
    for (Map.Entry<String, String> attribute : attributes.attributes().entrySet()) {
      switch (attribute.getKey()) {
        case "specversion", "id", "time", "datacontenttype" -> {}
        default ->
            headers.add(
                Ingest.header(LogHeaders.PREFIX + attribute.getKey(), attribute.getValue()));
      }
    }
  }

  private static String layout(char... letters) {
    return new String(letters);
  }

  static String member(String name) {
    return "/" + name.replace("~", "~0").replace("/", "~1");
  }

  private static @Nullable String ownId(StreamSpec spec, JsonNode node) {
    String property = spec.id();
    if (property == null) {
      return null;
    }
    JsonNode value = node.path(property);
    if (value.isTextual()) {
      return value.textValue().isEmpty() ? null : value.textValue();
    }
    return value.isIntegralNumber() ? value.asText() : null;
  }

  /** The entity key of a record, or null when it has none that can be one. */
  static @Nullable String key(StreamSpec spec, JsonNode node) {
    JsonNode value = node.path(spec.key());
    String text = null;
    if (value.isTextual()) {
      text = value.textValue();
    } else if (value.isIntegralNumber()) {
      text = value.asText();
    } else if (value.isBigDecimal()) {
      text = integer(value.decimalValue());
    }
    if (text == null || text.isEmpty() || text.length() > MAX_KEY_BYTES) {
      return null;
    }
    return text.length() * 3 > MAX_KEY_BYTES
            && text.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES
        ? null
        : text;
  }

  /** To JSON Schema 1.0 is the integer 1. */
  private static @Nullable String integer(BigDecimal value) {
    if (value.precision() - value.scale() > MAX_KEY_DIGITS
        || value.stripTrailingZeros().scale() > 0) {
      return null;
    }
    return value.toBigInteger().toString();
  }
}
