package io.leat.stream;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record as read from the log, its headers told apart but not yet decoded. A Flink POJO: mutable,
 * public fields, so that Flink can serialise it where it is not chained. {@code null} means that
 * the header is absent.
 */
public final class LogRecord {
  public int partition;
  public long offset;

  /** Kafka's own timestamp, milliseconds since the epoch: stands in for a missing receive time. */
  public long timestamp;

  public byte @Nullable [] key;
  public byte @Nullable [] value;
  public byte @Nullable [] id;
  public byte @Nullable [] source;
  public byte @Nullable [] type;
  public byte @Nullable [] subject;
  public byte @Nullable [] time;
  public byte @Nullable [] client;
  public byte @Nullable [] request;
  public byte @Nullable [] supplied;
  public byte @Nullable [] contentType;

  /** Microseconds since the epoch. */
  public long receivedMicros;

  /** -1 when absent. */
  public int requestIndex = -1;

  /** -1 when absent. */
  public int schemaVersion = -1;

  /**
   * CloudEvents extension attributes by name, without prefix, and where a redriven event comes
   * from; null when there are none.
   */
  public @Nullable Map<String, String> attributes;

  public LogRecord() {}
}
