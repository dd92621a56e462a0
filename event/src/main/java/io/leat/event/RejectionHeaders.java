package io.leat.event;

/**
 * The Kafka headers of a rejected record on {@code <blueprint>.rejected}; its value is the original
 * bytes.
 */
public final class RejectionHeaders {
  /** The stream that was addressed, without its blueprint. */
  public static final String STREAM = "leat_stream";

  /** {@link ErrorCode#code()}. */
  public static final String CODE = "leat_code";

  /** The reason in words, with JSON pointers. */
  public static final String REASON = "leat_reason";

  /** Where it was refused: {@code gateway}. */
  public static final String STAGE = "leat_stage";

  /** Microseconds since the epoch, decimal. */
  public static final String RECEIVED = "leat_received";

  public static final String CLIENT = "leat_client";
  public static final String REQUEST = "leat_request";
  public static final String INDEX = "leat_index";
  public static final String SCHEMA_VERSION = "leat_schema";

  /** The event id, when the record got as far as having one. */
  public static final String ID = "leat_id";

  /** The original length in bytes; greater than the value's length when that was cut. */
  public static final String LENGTH = "leat_length";

  private RejectionHeaders() {}
}
