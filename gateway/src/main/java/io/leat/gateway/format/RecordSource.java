package io.leat.gateway.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.leat.event.ErrorCode;
import io.leat.gateway.format.CloudEvent.InvalidException;
import io.leat.gateway.format.IncomingRecord.Bytes;
import io.leat.schema.JsonLimits;
import io.leat.schema.StrictJson;
import io.leat.schema.StrictJson.MalformedJsonException;
import io.leat.schema.StrictJson.Slice;
import io.leat.schema.StrictJson.Span;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the records of a body. Thread-safe. */
public final class RecordSource {
  private static final String DATA = "data";
  private static final String DATA_BASE64 = "data_base64";

  private final StrictJson json;
  private final int maxRecords;

  /**
   * @param limits of each record's data
   * @param maxRecords of a body
   */
  public RecordSource(JsonLimits limits, int maxRecords) {
    this.json = new StrictJson(limits);
    this.maxRecords = maxRecords;
  }

  /** The body cannot be used as a whole. */
  public static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    UnreadableException(Refusal refusal) {
      super(refusal.reason());
      this.refusal = refusal;
    }

    /** Why. */
    public Refusal refusal() {
      return refusal;
    }
  }

  /** Whether a body of this format is answered record by record. */
  public static boolean isBatch(RequestFormat format, byte[] body) {
    return switch (format) {
      case NDJSON, BATCH -> true;
      case STRUCTURED, BINARY -> false;
      case JSON -> {
        int first = Lines.firstNotSpace(body, 0, body.length);
        yield first < body.length && body[first] == '[';
      }
    };
  }

  /**
   * Reads all records in turn. What was given to {@code records} counts only once this has
   * returned.
   *
   * @throws UnreadableException if the body as a whole cannot be used
   */
  public void read(
      RequestFormat format,
      byte[] body,
      Iterable<Map.Entry<String, String>> headers,
      Consumer<IncomingRecord> records)
      throws UnreadableException {
    Counted counted = new Counted(records);
    try {
      switch (format) {
        case JSON -> {
          if (isBatch(format, body)) {
            array(body, null, slice -> counted.accept(plain(body, slice, null)));
          } else {
            records.accept(plain(body, json.readOne(body, 0, body.length), null));
          }
        }
        case NDJSON ->
            Lines.each(
                body,
                (start, end) -> counted.accept(plain(body, json.readOne(body, start, end), null)));
        case STRUCTURED -> records.accept(envelope(body, json.readOne(body, 0, body.length, DATA)));
        case BATCH -> array(body, DATA, slice -> counted.accept(envelope(body, slice)));
        case BINARY -> records.accept(binary(body, headers));
      }
    } catch (TooManyRecords e) {
      throw new UnreadableException(
          Refusal.of(
              ErrorCode.BATCH_TOO_LARGE,
              "the batch has more than " + maxRecords + " records; send it in parts"));
    }
  }

  /**
   * The record whose data are these bytes.
   *
   * @param attributes those of the CloudEvent that it was, null when it was none
   */
  public IncomingRecord ofData(byte[] data, @Nullable Map<String, String> attributes) {
    try {
      return plain(
          data,
          json.readOne(data, 0, data.length),
          attributes == null ? null : CloudEvent.of(attributes));
    } catch (InvalidException e) {
      return malformed(new Bytes(data, 0, data.length), e);
    }
  }

  /**
   * The record of a message of a protocol with properties beside the payload, as CloudEvents' MQTT
   * binding 1.0.2 has it: a structured CloudEvent by its content type, one in binary mode if there
   * is a property {@code specversion}, else plain JSON. Of the properties, those with a name that
   * no attribute can have are no part of the event.
   *
   * @param contentType of the payload; null when the protocol does not say
   * @param properties names may be there more than once
   */
  public IncomingRecord ofMessage(
      byte[] payload,
      @Nullable String contentType,
      Iterable<Map.Entry<String, String>> properties) {
    Bytes bytes = new Bytes(payload, 0, payload.length);
    String essence = MediaTypes.essence(contentType);
    boolean isJson = essence.isEmpty() || MediaTypes.isJson(essence);
    if (!isJson || !MediaTypes.isUtf8(contentType)) {
      return IncomingRecord.refused(
          bytes,
          null,
          Refusal.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "the content type must mean JSON in UTF-8"));
    }
    if (isEnvelope(contentType)) {
      return envelope(payload, json.readOne(payload, 0, payload.length, DATA));
    }
    try {
      return plain(
          payload,
          json.readOne(payload, 0, payload.length),
          CloudEventAttributes.ofProperties(properties));
    } catch (InvalidException e) {
      return malformed(bytes, e);
    }
  }

  /** Whether the content type says that data and attributes are in an envelope of JSON. */
  public static boolean isEnvelope(@Nullable String contentType) {
    return MediaTypes.essence(contentType).equals("application/cloudevents+json");
  }

  /** The record that a client sent as these bytes, which may be an envelope with the data in it. */
  public IncomingRecord ofRecord(byte[] bytes) {
    Slice slice = json.readOne(bytes, 0, bytes.length, DATA);
    JsonNode node = slice.node();
    return node != null && isEnvelope(node)
        ? envelope(bytes, slice)
        : plain(bytes, json.readOne(bytes, 0, bytes.length), null);
  }

  private static boolean isEnvelope(JsonNode node) {
    return node.path("specversion").isTextual()
        && node.path("type").isTextual()
        && (node.has(DATA) || node.has(DATA_BASE64));
  }

  private void array(byte[] body, @Nullable String member, Consumer<Slice> slices)
      throws UnreadableException {
    try {
      json.readArray(body, 0, body.length, maxRecords, member, slices);
    } catch (MalformedJsonException e) {
      throw new UnreadableException(Refusal.of(e.problem()));
    }
  }

  private static IncomingRecord plain(byte[] body, Slice slice, @Nullable CloudEvent attributes) {
    Bytes bytes = new Bytes(body, slice.start(), slice.end());
    JsonNode node = slice.node();
    if (node == null) {
      StrictJson.Problem problem = slice.problem();
      return IncomingRecord.refused(
          bytes,
          attributes,
          problem == null
              ? Refusal.of(ErrorCode.MALFORMED_JSON, "it cannot be read")
              : Refusal.of(problem));
    }
    return IncomingRecord.plain(bytes, node, attributes);
  }

  private IncomingRecord binary(byte[] body, Iterable<Map.Entry<String, String>> headers) {
    try {
      CloudEvent attributes = CloudEventAttributes.ofHeaders(headers);
      return plain(body, json.readOne(body, 0, body.length), attributes);
    } catch (InvalidException e) {
      return malformed(new Bytes(body, 0, body.length), e);
    }
  }

  private IncomingRecord envelope(byte[] body, Slice slice) {
    Bytes original = new Bytes(body, slice.start(), slice.end());
    JsonNode envelope = slice.node();
    if (envelope == null) {
      return plain(body, slice, null);
    }
    if (!envelope.isObject()) {
      return IncomingRecord.refused(
          original,
          null,
          Refusal.of(ErrorCode.MALFORMED_CLOUDEVENT, "a CloudEvent is a JSON object"));
    }
    CloudEvent attributes;
    try {
      attributes = CloudEventAttributes.ofEnvelope(envelope);
    } catch (InvalidException e) {
      return malformed(original, e);
    }
    String type = attributes.attribute("datacontenttype");
    if (type != null && !(MediaTypes.isJson(MediaTypes.essence(type)) && MediaTypes.isUtf8(type))) {
      return IncomingRecord.refused(
          original,
          attributes,
          Refusal.of(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE, "the attribute 'datacontenttype' must mean JSON"));
    }
    return data(original, envelope, slice.member(), attributes);
  }

  private IncomingRecord data(
      Bytes original, JsonNode envelope, @Nullable Span member, CloudEvent attributes) {
    JsonNode encoded = envelope.get(DATA_BASE64);
    if (encoded != null && !encoded.isNull()) {
      return member == null
          ? decoded(original, encoded, attributes)
          : IncomingRecord.refused(
              original,
              attributes,
              Refusal.of(
                  ErrorCode.MALFORMED_CLOUDEVENT, "'data' and 'data_base64' exclude each other"));
    }
    JsonNode node = envelope.get(DATA);
    if (member == null || node == null) {
      Bytes none = new Bytes(original.array(), original.start(), original.start());
      return new IncomingRecord(
          original, none, MissingNode.getInstance(), attributes, "/data", null);
    }
    Bytes data = new Bytes(original.array(), member.start(), member.end());
    return new IncomingRecord(original, data, node, attributes, "/data", null);
  }

  private IncomingRecord decoded(Bytes original, JsonNode encoded, CloudEvent attributes) {
    byte[] data;
    try {
      if (!encoded.isTextual()) {
        throw new IllegalArgumentException("not a string");
      }
      data = Base64.getDecoder().decode(encoded.textValue());
    } catch (IllegalArgumentException e) {
      return IncomingRecord.refused(
          original,
          attributes,
          Refusal.of(ErrorCode.MALFORMED_CLOUDEVENT, "'data_base64' is not base64 (RFC 4648)"));
    }
    IncomingRecord inner = plain(data, json.readOne(data, 0, data.length), attributes);
    return new IncomingRecord(
        original, inner.data(), inner.node(), attributes, "", inner.refusal());
  }

  private static IncomingRecord malformed(Bytes original, InvalidException e) {
    return IncomingRecord.refused(
        original, null, Refusal.of(ErrorCode.MALFORMED_CLOUDEVENT, String.valueOf(e.getMessage())));
  }

  /** Stops the reading, whoever reads. */
  private static final class TooManyRecords extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyRecords() {
      super(null, null, false, false);
    }
  }

  private final class Counted {
    private final Consumer<IncomingRecord> records;
    private int count;

    Counted(Consumer<IncomingRecord> records) {
      this.records = records;
    }

    void accept(IncomingRecord record) {
      if (++count > maxRecords) {
        throw new TooManyRecords();
      }
      records.accept(record);
    }
  }
}
