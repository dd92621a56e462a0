package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.rules.detect.KeyedDetector.Observation;
import io.leat.schema.Column;
import io.leat.stream.CleanRow;
import io.leat.stream.StreamPlan;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.table.data.RowData;

/**
 * How detectors see what flows to them, in a form that travels.
 *
 * @param <T> what flows
 */
interface EventReading<T> extends Serializable {
  /** By whose positions conditions ask for values. */
  List<Column> columns();

  /** One for each task, which reads one event after the other. */
  Reader<T> open();

  /** Reads what flows. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * The event, as detectors see it.
     *
     * @param timestamp accepting time of the event's stream, milliseconds; {@code Long.MIN_VALUE}
     *     when it has not begun
     */
    Observation read(T event, long timestamp);
  }

  /** Accepting time of an event. Before it begins it is that of its receipt. */
  static long clock(long timestamp, long received) {
    return timestamp == Long.MIN_VALUE ? received / 1_000 : timestamp;
  }

  /**
   * The rows of a stream.
   *
   * @param isPerKey whether each entity is seen by itself; else all as one
   */
  record Rows(StreamPlan stream, boolean isPerKey) implements EventReading<RowData> {
    @Override
    public List<Column> columns() {
      return CleanRow.columns(stream);
    }

    @Override
    public Reader<RowData> open() {
      CleanRow row = new CleanRow(stream);
      return (event, timestamp) -> {
        row.at(event);
        long received = row.received();
        return new Observation(
            stream.stream(),
            isPerKey ? row.key() : "",
            row.position(),
            row.time(),
            received,
            clock(timestamp, received),
            row);
      };
    }
  }

  /**
   * Signs of life of several streams.
   *
   * @param streams by their topics
   */
  record Lives(TreeMap<String, String> streams) implements EventReading<SignOfLife> {
    @Override
    public List<Column> columns() {
      return List.of();
    }

    @Override
    public Reader<SignOfLife> open() {
      return (sign, timestamp) ->
          new Observation(
              Objects.requireNonNull(streams.get(sign.topic)),
              sign.key,
              new LogPosition(sign.epoch, sign.topic, sign.partition, sign.offset),
              sign.received,
              sign.received,
              clock(timestamp, sign.received),
              column -> null);
    }
  }
}
