package io.leat.stream.detect;

/** What a detector of several streams needs of an event. A Flink POJO: mutable, public fields. */
public final class SignOfLife {
  /** Its entity. */
  public String key = "";

  /** Where it stands in the log. */
  public String topic = "";

  public int epoch;
  public int partition;
  public long offset;

  /** When the gateway accepted it, microseconds since the epoch. */
  public long received;

  public SignOfLife() {}
}
