package io.leat.stream.hot;

import io.leat.event.LogPosition;
import java.time.Instant;

/**
 * The newest event of an entity in one stream, for one table.
 *
 * @param blueprint whose table
 * @param table its name
 * @param key the entity, without NUL
 * @param stream the stream, without the blueprint's name
 * @param position of the event; of a key's events the one with the greatest epoch and offset is the
 *     newest
 * @param received when the event was accepted
 * @param time the event's own time
 * @param columns a JSON object of the table's columns, without NUL in its texts; null for what the
 *     event does not have
 * @param expires until when the entity stays if nothing else comes
 */
public record HotWrite(
    String blueprint,
    String table,
    String key,
    String stream,
    LogPosition position,
    Instant received,
    Instant time,
    String columns,
    Instant expires) {
  boolean isOlderThan(HotWrite other) {
    int epochs = Integer.compare(position.epoch(), other.position.epoch());
    return epochs == 0 ? position.offset() < other.position.offset() : epochs < 0;
  }
}
