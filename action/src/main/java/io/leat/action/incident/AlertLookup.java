package io.leat.action.incident;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** Finds alerts that were taken in, and counts them. Thread-safe; blocks. */
public final class AlertLookup {
  private final StateDatabase database;

  public AlertLookup(StateDatabase database) {
    this.database = database;
  }

  /**
   * What a detector's alerts made of a time.
   *
   * @param incidents that opened and have an alert of it
   * @param alerts of it that were taken in
   */
  public record Opened(long incidents, long alerts) {}

  /**
   * An alert by its id.
   *
   * @throws LeatException NOT_FOUND
   */
  public AlertDetail show(String id) {
    return database.transaction(
        "show an alert",
        connection ->
            // Each blueprint with alerts has offsets: so the primary key leads to it.
            Sql.first(
                    connection,
                    "select incident, state, fired::text as fired, resolved::text as resolved,"
                        + " absent, silence, recorded_at, changed_at from alert where blueprint in"
                        + " (select blueprint from alert_offset) and id = ?",
                    row -> detail(connection, row),
                    id)
                .orElseThrow(
                    () ->
                        new LeatException(
                            ErrorCode.NOT_FOUND,
                            "There is no alert '"
                                + id
                                + "'; `leat incident show ID` lists those of an incident.")));
  }

  private static AlertDetail detail(Connection connection, ResultSet row) throws SQLException {
    String resolved = row.getString("resolved");
    long silence = row.getLong("silence");
    boolean hasSilence = !row.wasNull();
    return new AlertDetail(
        AlertRows.alert(row.getString("fired")),
        resolved == null ? null : AlertRows.alert(resolved),
        row.getString("state").equals("firing"),
        row.getBoolean("absent"),
        hasSilence ? silence : null,
        Sql.time(row, "recorded_at"),
        Sql.time(row, "changed_at"),
        IncidentRows.find(connection, row.getString("incident")).orElseThrow());
  }

  /**
   * What a detector really did in a time.
   *
   * @param from its begin, by Leat's clock
   * @param to its end, not part of it
   */
  public Opened opened(String blueprint, String detector, Instant from, Instant to) {
    return database.transaction(
        "count a detector's incidents",
        connection ->
            Sql.first(
                    connection,
                    "select count(distinct incident.id) filter (where opened_at >= ? and opened_at"
                        + " < ?) as incidents, count(*) filter (where recorded_at >= ? and"
                        + " recorded_at < ?) as alerts from alert join incident on incident.id ="
                        + " alert.incident where alert.blueprint = ? and alert.detector = ?",
                    row -> new Opened(row.getLong("incidents"), row.getLong("alerts")),
                    from,
                    to,
                    from,
                    to,
                    blueprint,
                    detector)
                .orElseThrow());
  }
}
