package io.leat.state;

import java.time.Instant;
import java.util.List;

/**
 * The newest state of an entity.
 *
 * @param key which
 * @param isOffline whether the alert fires that makes it so
 * @param incidents ids of those that are open or acknowledged and in which an alert about it fires,
 *     in the order of their text
 * @param rows of each stream that it was seen in, by the stream's name; not empty
 */
public record HotEntity(String key, boolean isOffline, List<String> incidents, List<HotRow> rows) {
  public HotEntity {
    incidents = List.copyOf(incidents);
    rows = List.copyOf(rows);
  }

  /** When its newest event was accepted. */
  public Instant lastSeen() {
    return rows.stream().map(HotRow::receivedAt).max(Instant::compareTo).orElseThrow();
  }

  /** Until when it stays if nothing else comes. */
  public Instant expiresAt() {
    return rows.stream().map(HotRow::expiresAt).max(Instant::compareTo).orElseThrow();
  }
}
