package io.leat.stream.detect;

import io.leat.event.Marker;

/** A {@link Marker} and what it stands for. A Flink POJO: mutable, public fields. */
public final class TimedMarker {
  /** As it was written. */
  public byte[] marker = {};

  /** Its accepting time, milliseconds. */
  public long accepting;

  public TimedMarker() {}

  TimedMarker(byte[] marker, long accepting) {
    this.marker = marker;
    this.accepting = accepting;
  }
}
