package io.leat.files.alert;

import io.leat.files.work.Breakers;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** Which alerts are to be said: those that fire and were not said, and those that are over. */
final class AlertRows {
  private static final int AT_A_TIME = 200;

  private final StateDatabase database;

  AlertRows(StateDatabase database) {
    this.database = database;
  }

  /**
   * What is to be said of a file.
   *
   * @param isFiring whether it is a dead letter; else it is over
   */
  record OfFile(
      String id,
      String blueprint,
      String source,
      String name,
      boolean isFiring,
      String category,
      String code,
      String reason,
      Instant since) {}

  /**
   * What is to be said of a place.
   *
   * @param episode counts how often it was away
   */
  record OfPlace(
      String blueprint,
      String source,
      String side,
      boolean isFiring,
      String reason,
      long episode,
      Instant since) {}

  List<OfFile> ofFiles(Collection<String> blueprints) {
    return database.transaction(
        "find alerts about files",
        connection ->
            Sql.list(
                connection,
                "select id, blueprint, source, name, state = 'dead_lettered' as firing, category,"
                    + " code, reason, since from file where blueprint = any(?) and ((state ="
                    + " 'dead_lettered' and alert <> 'firing') or (alert = 'firing' and state in"
                    + " ('published', 'duplicate', 'forgotten'))) order by since limit ?",
                AlertRows::file,
                blueprints,
                AT_A_TIME));
  }

  private static OfFile file(ResultSet row) throws SQLException {
    return new OfFile(
        row.getString("id"),
        row.getString("blueprint"),
        row.getString("source"),
        row.getString("name"),
        row.getBoolean("firing"),
        text(row, "category"),
        text(row, "code"),
        text(row, "reason"),
        Sql.time(row, "since"));
  }

  private static String text(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  void said(OfFile one) {
    database.transaction(
        "note an alert about a file",
        connection ->
            Sql.update(
                connection,
                "update file set alert = ? where id = ?",
                one.isFiring() ? "firing" : "resolved",
                one.id()));
  }

  /** A place is away, or is not; what changed is to be said. */
  void note(
      String blueprint, String source, Breakers.Side side, boolean isOpen, String why, Instant at) {
    database.transaction(
        "note whether a place of files answers",
        connection ->
            isOpen
                ? Sql.update(
                    connection,
                    "insert into file_breaker (blueprint, source, side, open_since, reason,"
                        + " episode) values (?, ?, ?, ?, ?, 1) on conflict (blueprint, source,"
                        + " side) do update set open_since = excluded.open_since, reason ="
                        + " excluded.reason, episode = file_breaker.episode + 1 where"
                        + " file_breaker.open_since is null",
                    blueprint,
                    source,
                    side.text(),
                    Sql.micros(at),
                    why)
                : Sql.update(
                    connection,
                    "update file_breaker set open_since = null where blueprint = ? and source = ?"
                        + " and side = ? and open_since is not null",
                    blueprint,
                    source,
                    side.text()));
  }

  List<OfPlace> ofPlaces(Collection<String> blueprints) {
    return database.transaction(
        "find alerts about places of files",
        connection ->
            Sql.list(
                connection,
                "select * from file_breaker where blueprint = any(?) and ((open_since is not null"
                    + " and alert <> 'firing') or (open_since is null and alert = 'firing'))",
                row -> {
                  Instant since = Sql.timeOrNull(row, "open_since");
                  return new OfPlace(
                      row.getString("blueprint"),
                      row.getString("source"),
                      row.getString("side"),
                      since != null,
                      text(row, "reason"),
                      row.getLong("episode"),
                      since == null ? Instant.EPOCH : since);
                },
                blueprints));
  }

  void said(OfPlace one) {
    database.transaction(
        "note an alert about a place of files",
        connection ->
            Sql.update(
                connection,
                "update file_breaker set alert = ? where blueprint = ? and source = ? and side ="
                    + " ? and episode = ?",
                one.isFiring() ? "firing" : "resolved",
                one.blueprint(),
                one.source(),
                one.side(),
                one.episode()));
  }
}
