package io.leat.event;

/**
 * The Kafka headers of a logged event: CloudEvents 1.0 binary mode ({@code ce_<attribute>}), with
 * Leat's own facts as extension attributes. Values are UTF-8 text. The record's value is the
 * event's data exactly as received.
 */
public final class LogHeaders {
  /** {@code content-type}: the media type of the value, CloudEvents' {@code datacontenttype}. */
  public static final String CONTENT_TYPE = "content-type";

  public static final String PREFIX = "ce_";
  public static final String SPEC_VERSION = "ce_specversion";
  public static final String ID = "ce_id";
  public static final String SOURCE = "ce_source";
  public static final String TYPE = "ce_type";

  /** Event time, RFC 3339, UTC. */
  public static final String TIME = "ce_time";

  public static final String SUBJECT = "ce_subject";

  /** The id of the client whose credential sent the event. */
  public static final String CLIENT = "ce_leatclient";

  /** When the gateway accepted the event: microseconds since 1970-01-01T00:00:00Z, decimal. */
  public static final String RECEIVED = "ce_leatreceived";

  /** The id of the HTTP request (or its like) that brought the event. */
  public static final String REQUEST = "ce_leatrequest";

  /** The event's index in that request's batch, from 0, decimal. */
  public static final String INDEX = "ce_leatindex";

  /** The version of the stream's schema that the gateway validated against, decimal. */
  public static final String SCHEMA_VERSION = "ce_leatschema";

  /**
   * Which facts the server supplied, since the client did not: any of {@code i} (id) and {@code t}
   * (time). Absent when none.
   */
  public static final String SUPPLIED = "ce_leatsupplied";

  private LogHeaders() {}
}
