package io.leat.state;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What the newest event of an entity in one stream says, in a table of newest states.
 *
 * @param blueprint whose table
 * @param table its name
 * @param key the entity; not empty, without NUL
 * @param stream where the event came from, without the blueprint's name
 * @param epoch the log epoch of the stream's topic
 * @param partition always the same for a key
 * @param offset with the epoch, it orders the events of a key
 * @param receivedAt when the event was accepted, to the microsecond
 * @param eventTime its own time, to the microsecond
 * @param columns a JSON object, without NUL in its texts
 * @param expiresAt until when the entity stays if nothing else comes
 */
public record HotRow(
    String blueprint,
    String table,
    String key,
    String stream,
    int epoch,
    int partition,
    long offset,
    Instant receivedAt,
    Instant eventTime,
    String columns,
    Instant expiresAt) {
  private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

  public HotRow {
    receivedAt = receivedAt.truncatedTo(ChronoUnit.MICROS);
    eventTime = eventTime.truncatedTo(ChronoUnit.MICROS);
    expiresAt = expiresAt.isAfter(LAST) ? LAST : expiresAt.truncatedTo(ChronoUnit.MICROS);
  }

  /** Whether the log has it behind the other, which is about the same entity and stream. */
  boolean isNewerThan(HotRow other) {
    return epoch == other.epoch ? offset > other.offset : epoch > other.epoch;
  }
}
