package io.leat.action.delivery;

import io.leat.action.incident.Incidents;
import io.leat.action.incident.TakenCounts;
import io.leat.action.target.ExternalChange;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What people changed at a target comes back. Thread-safe; blocks.
 *
 * <p>A change is left alone when the target does not know the incident as it is now, or has come to
 * know it since the change was read: then what people saw there is no longer so.
 */
public final class ExternalChanges {
  private static final Logger log = LoggerFactory.getLogger(ExternalChanges.class);

  private final StateDatabase database;
  private final Incidents incidents;

  public ExternalChanges(StateDatabase database, Incidents incidents) {
    this.database = database;
    this.incidents = incidents;
  }

  /** The server's clock. */
  Instant now() {
    return database.transaction(
        "read the server's clock",
        connection ->
            Sql.first(connection, "select clock_timestamp() as now", row -> Sql.time(row, "now"))
                .orElseThrow());
  }

  /**
   * Each change is a transaction of its own, so that one does not wait for another's incidents;
   * what the target remembers is kept behind the last, so that none is lost.
   *
   * @param readAt before they were read
   * @param memory what the target wants to remember as a whole
   * @return how many changes there were something to change by
   */
  int apply(
      DeliveryTarget target,
      List<ExternalChange> changes,
      Instant readAt,
      Map<String, String> memory) {
    int applied = 0;
    for (ExternalChange change : changes) {
      applied += apply(target, change, readAt) ? 1 : 0;
    }
    if (!memory.isEmpty()) {
      database.transaction(
          "keep a target's memory",
          connection -> {
            for (Map.Entry<String, String> one : memory.entrySet()) {
              Sql.update(
                  connection,
                  "update target_state set memory = jsonb_set(memory, array[?], to_jsonb(?::text))"
                      + " where blueprint = ? and target = ?",
                  one.getKey(),
                  one.getValue(),
                  target.blueprint(),
                  target.spec().name());
            }
            return memory;
          });
    }
    return applied;
  }

  private boolean apply(DeliveryTarget target, ExternalChange change, Instant readAt) {
    Optional<TakenCounts> counts =
        database.transaction(
            "apply a target's change",
            connection -> {
              if (!knows(connection, target, change.incident(), readAt)) {
                log.info(
                    "Left alone what {} says of incident {}: it does not know its present state",
                    target.name(),
                    change.incident());
                return Optional.empty();
              }
              return incidents.apply(connection, target.spec().name(), change);
            });
    counts.ifPresent(done -> incidents.committed(target.blueprint(), done));
    return counts.isPresent();
  }

  private static boolean knows(
      Connection connection, DeliveryTarget target, String incident, Instant readAt)
      throws SQLException {
    return Sql.first(
            connection,
            "select state in ('done', 'dead') and told and coalesce(delivered_at < ?, false) as"
                + " knows from delivery where incident = ? and blueprint = ? and target = ?",
            row -> row.getBoolean("knows"),
            readAt,
            incident,
            target.blueprint(),
            target.spec().name())
        .orElse(false);
  }

  /** What a target remembers as a whole. */
  Map<String, String> memory(DeliveryTarget target) {
    return database.transaction(
        "read a target's memory",
        connection -> {
          Map<String, String> memory = new LinkedHashMap<>();
          Sql.list(
              connection,
              "select key, value from target_state, jsonb_each_text(memory) where blueprint = ? and"
                  + " target = ?",
              row -> memory.put(row.getString("key"), row.getString("value")),
              target.blueprint(),
              target.spec().name());
          return memory;
        });
  }

  /** Whether it is this process's turn to ask the target. */
  boolean takesTurn(DeliveryTarget target, Duration every) {
    return database.transaction(
        "take the turn to ask a target",
        connection ->
            Sql.update(
                    connection,
                    "update target_state set polled_at = clock_timestamp() where blueprint = ? and"
                        + " target = ? and paused_at is null and coalesce(greatest(polled_at + ? *"
                        + " interval '1 ms', not_before), '-infinity') <= clock_timestamp()",
                    target.blueprint(),
                    target.spec().name(),
                    every.toMillis())
                == 1);
  }

  /** The next turn is free, however long ago the last was. */
  static void askSoon(StateDatabase database, DeliveryTarget target) {
    database.transaction(
        "ask a target soon",
        connection ->
            Sql.update(
                connection,
                "update target_state set polled_at = null where blueprint = ? and target = ?",
                target.blueprint(),
                target.spec().name()));
  }
}
