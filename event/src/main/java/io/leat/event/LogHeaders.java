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

  /** {@link LogFacts}: client, time of receipt, request, schema version. The first of them all. */
  public static final String FACTS = "leat";

  /**
   * Of an event that was redriven: {@code <record id>;<attempt>}, where it comes from. Behind all
   * others; no CloudEvents attribute can have its name.
   */
  public static final String REDRIVE = "leat_redrive";

  /**
   * Only on a record that fills the place of one that the log lost; such a record is no event, and
   * the value is empty.
   */
  public static final String FILLER = "leat_filler";

  /** In a layout ({@link LogFacts#layout}), the letter of {@link #SPEC_VERSION}. */
  public static final char LETTER_SPEC_VERSION = 'v';

  public static final char LETTER_ID = 'i';
  public static final char LETTER_TIME = 't';
  public static final char LETTER_CONTENT_TYPE = 'c';
  public static final char LETTER_SOURCE = 's';
  public static final char LETTER_TYPE = 'y';

  private LogHeaders() {}
}
