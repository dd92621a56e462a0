package io.leat.stream.detect;

import io.leat.event.Marker;

/** A {@link Marker} and what it stands for. A Flink POJO: mutable, public fields. */
public final class TimedMarker {
  /** As it was written. */
  public byte[] marker = {};

  /** Its common time ({@link AcceptingTime.Reading#time}), milliseconds. */
  public long time;

  /** Its accepting time, milliseconds. */
  public long accepting;

  public TimedMarker() {}

  TimedMarker(byte[] marker, AcceptingTime.Reading reading) {
    this.marker = marker;
    this.time = reading.time();
    this.accepting = reading.accepting();
  }

  AcceptingTime.Reading reading() {
    return new AcceptingTime.Reading(time, accepting);
  }
}
