package io.leat.gateway.format;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a request carries its records. */
public enum RequestFormat {
  /** One value, or an array of records. */
  JSON,
  /** One record a line. */
  NDJSON,
  /** A CloudEvent in a JSON envelope. */
  STRUCTURED,
  /** An array of such envelopes. */
  BATCH,
  /** A CloudEvent with its attributes in HTTP headers. */
  BINARY;

  private static final String SUPPORTED =
      "Supported are application/json, application/x-ndjson, application/cloudevents+json and"
          + " application/cloudevents-batch+json";

  /**
   * The format that the headers mean. CloudEvents are looked for in the order of their HTTP
   * protocol binding, section 3: batched, structured, binary.
   *
   * @throws LeatException UNSUPPORTED_MEDIA_TYPE
   */
  public static RequestFormat of(
      @Nullable String contentType, Iterable<Map.Entry<String, String>> headers) {
    String essence = MediaTypes.essence(contentType);
    if (!MediaTypes.isUtf8(contentType)) {
      throw unsupported("The charset is not supported; JSON is UTF-8 (RFC 8259)");
    }
    if (essence.startsWith("application/cloudevents-batch")) {
      return exactly(essence, "application/cloudevents-batch+json", BATCH);
    }
    if (essence.startsWith("application/cloudevents")) {
      return exactly(essence, "application/cloudevents+json", STRUCTURED);
    }
    if (CloudEventAttributes.anyIn(headers)) {
      if (essence.isEmpty() || MediaTypes.isJson(essence)) {
        return BINARY;
      }
      throw unsupported("A CloudEvent's data must be JSON here");
    }
    if (essence.equals("application/x-ndjson")
        || essence.equals("application/ndjson")
        || essence.equals("application/jsonl")
        || essence.equals("application/x-jsonlines")) {
      return NDJSON;
    }
    if (MediaTypes.isJson(essence)) {
      return JSON;
    }
    throw unsupported(
        essence.isEmpty()
            ? "The request has no Content-Type. " + SUPPORTED
            : "The content type is not supported. " + SUPPORTED);
  }

  private static RequestFormat exactly(String essence, String supported, RequestFormat format) {
    if (!essence.equals(supported)) {
      throw unsupported("CloudEvents are supported in JSON only. " + SUPPORTED);
    }
    return format;
  }

  private static LeatException unsupported(String message) {
    return new LeatException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message);
  }
}
