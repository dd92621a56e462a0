package io.leat.event;

import java.util.Locale;

/**
 * The one catalogue of error codes. The same {@link #code()} appears in the HTTP problem document
 * (RFC 9457, as {@code urn:leat:error:<code>}), in the log line and as the label of the metric.
 */
public enum ErrorCode {
  // Requests that cannot be read.
  MALFORMED_JSON(400, ErrorOwner.USER, "The body is not valid JSON"),
  DUPLICATE_JSON_KEY(422, ErrorOwner.USER, "A JSON object names a property twice"),
  TOO_DEEP(400, ErrorOwner.USER, "The JSON is nested too deeply"),
  TOO_MANY_FIELDS(400, ErrorOwner.USER, "A record has too many fields"),
  MALFORMED_CLOUDEVENT(400, ErrorOwner.USER, "The CloudEvents attributes are not valid"),
  MALFORMED_ENCODING(400, ErrorOwner.USER, "The compressed body cannot be decoded"),
  BAD_REQUEST(400, ErrorOwner.USER, "The request is not valid"),
  // Who is asking.
  UNAUTHENTICATED(401, ErrorOwner.USER, "No valid credential was presented"),
  FORBIDDEN(403, ErrorOwner.USER, "The credential does not allow this"),
  ENTITY_MISMATCH(403, ErrorOwner.USER, "The credential is bound to other entity keys"),
  // Where it is going.
  UNKNOWN_STREAM(404, ErrorOwner.USER, "No such stream"),
  NOT_FOUND(404, ErrorOwner.USER, "No such resource"),
  METHOD_NOT_ALLOWED(405, ErrorOwner.USER, "The method is not allowed here"),
  NOT_ACCEPTABLE(406, ErrorOwner.USER, "None of the accepted media types can be produced"),
  REQUEST_TIMEOUT(408, ErrorOwner.USER, "The request did not arrive in time"),
  CONFLICT(409, ErrorOwner.USER, "The request conflicts with the present state"),
  BODY_TOO_LARGE(413, ErrorOwner.USER, "The body is too large"),
  BATCH_TOO_LARGE(413, ErrorOwner.USER, "The batch has too many records"),
  UNSUPPORTED_MEDIA_TYPE(415, ErrorOwner.USER, "The content type or encoding is not supported"),
  // What a record says.
  SCHEMA_VIOLATION(422, ErrorOwner.USER, "The record does not match the stream's schema"),
  MISSING_KEY(422, ErrorOwner.USER, "The record has no usable entity key"),
  INVALID_TIME(422, ErrorOwner.USER, "The record's event time is not usable"),
  RECORD_TOO_LARGE(422, ErrorOwner.USER, "The record is larger than the log accepts"),
  NOT_ATTEMPTED(
      409, ErrorOwner.EXTERNAL, "An earlier record of the same key failed; this one was not sent"),
  RATE_LIMITED(429, ErrorOwner.RESOURCES, "The client's rate limit is used up"),
  HEADERS_TOO_LARGE(431, ErrorOwner.USER, "The request's headers are too large"),
  // Inside Leat and behind it.
  INTERNAL(500, ErrorOwner.INTERNAL, "Leat failed; this is a defect"),
  LOG_UNAVAILABLE(503, ErrorOwner.EXTERNAL, "The log does not acknowledge"),
  OUTCOME_UNKNOWN(
      503, ErrorOwner.EXTERNAL, "The log did not answer in time; the record may have been stored"),
  STATE_UNAVAILABLE(503, ErrorOwner.EXTERNAL, "The state store does not answer"),
  PROCESSOR_UNAVAILABLE(503, ErrorOwner.EXTERNAL, "The processor does not answer"),
  OVERLOADED(503, ErrorOwner.RESOURCES, "Leat is at its bound of work in flight"),
  NOT_READY(503, ErrorOwner.RESOURCES, "Leat is starting or stopping"),
  LOG_FULL(503, ErrorOwner.RESOURCES, "The log holds as many bytes as it may"),
  DISK_FULL(503, ErrorOwner.RESOURCES, "The log's disk has only its reserve left"),
  // What the processor finds in a record that the log already holds.
  UNPARSABLE_RECORD(422, ErrorOwner.USER, "The logged bytes cannot be parsed"),
  TYPE_MISMATCH(422, ErrorOwner.USER, "A value does not fit its column"),
  EVENT_ID_CONFLICT(409, ErrorOwner.USER, "The event id was used before with another payload"),
  TIME_OUT_OF_RANGE(422, ErrorOwner.USER, "The event time is outside the stream's range"),
  QUALITY_RULE_FAILED(422, ErrorOwner.USER, "A quality rule failed"),
  PAYLOAD_TRUNCATED(422, ErrorOwner.USER, "Only the beginning of the refused record was kept"),
  // Queries.
  SQL_INVALID(400, ErrorOwner.USER, "The statement cannot be understood"),
  SQL_NOT_A_READ(403, ErrorOwner.USER, "Only reads are allowed"),
  SQL_FAILED(422, ErrorOwner.USER, "The query failed while running"),
  UNKNOWN_TABLE(404, ErrorOwner.USER, "No such table"),
  DELETE_FILES_UNSUPPORTED(
      422, ErrorOwner.RESOURCES, "The table has delete files that this query cannot apply"),
  QUERY_MEMORY(422, ErrorOwner.RESOURCES, "The query needs more memory than its limit"),
  QUERY_TOO_LARGE(
      422,
      ErrorOwner.RESOURCES,
      "The query reads more bytes of an object store than fit the cache"),
  QUERY_TIMEOUT(408, ErrorOwner.RESOURCES, "The query ran longer than its limit"),
  QUERY_CANCELLED(409, ErrorOwner.USER, "The query was cancelled"),
  QUERY_ENGINE_UNAVAILABLE(503, ErrorOwner.EXTERNAL, "The query engine does not answer"),
  // Set-up.
  INVALID_CONFIGURATION(422, ErrorOwner.USER, "The configuration has problems"),
  DESTRUCTIVE_CHANGE(409, ErrorOwner.USER, "The change would destroy data or order"),
  LAKE_UNAVAILABLE(503, ErrorOwner.EXTERNAL, "The lake's catalog or storage does not answer");

  private final int httpStatus;
  private final ErrorOwner owner;
  private final String title;
  private final String code;

  ErrorCode(int httpStatus, ErrorOwner owner, String title) {
    this.httpStatus = httpStatus;
    this.owner = owner;
    this.title = title;
    this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The stable name, in kebab case: {@code schema-violation}. */
  public String code() {
    return code;
  }

  /** The HTTP status that goes with it. */
  public int httpStatus() {
    return httpStatus;
  }

  /** Who has to act. */
  public ErrorOwner owner() {
    return owner;
  }

  /** One sentence for people, the same for every occurrence. */
  public String title() {
    return title;
  }

  /** The problem type of RFC 9457. */
  public String type() {
    return "urn:leat:error:" + code;
  }

  /** The code named {@code code}, as {@link #code()} writes it. */
  public static ErrorCode ofCode(String code) {
    return valueOf(code.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
