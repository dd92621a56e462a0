package io.leat.rules.detect;

import io.leat.event.LogPosition;

/**
 * An episode that goes on.
 *
 * @param start the position that its id is made of
 * @param startedAt by the events' own time, microseconds
 */
record Episode(LogPosition start, long startedAt) {

  static Episode read(StateReader in) {
    String topic = in.text();
    int partition = in.count();
    int epoch = in.count();
    return new Episode(new LogPosition(epoch, topic, partition, in.number()), in.signed());
  }

  void write(StateWriter out) {
    out.text(start.topic());
    out.number(start.partition());
    out.number(start.epoch());
    out.number(start.offset());
    out.signed(startedAt);
  }
}
