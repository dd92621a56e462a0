package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.state.sql.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of alerts. */
final class AlertRows {
  /** Of many alerts so many are held at a time: each may be some kilobytes. */
  static final int PAGE = 500;

  static final String COLUMNS =
      "id, incident, state, generation, fired::text as fired, resolved::text as resolved, absent,"
          + " silence";

  private AlertRows() {}

  static List<StoredAlert> find(Connection connection, String blueprint, Collection<String> ids)
      throws SQLException {
    return Sql.list(
        connection,
        "select " + COLUMNS + " from alert where blueprint = ? and id = any(?)",
        AlertRows::read,
        blueprint,
        ids);
  }

  /** All that fire, a page at a time. */
  static void firing(Connection connection, String blueprint, Sql.Page<StoredAlert> page)
      throws SQLException {
    Sql.pages(
        connection,
        PAGE,
        page,
        "select " + COLUMNS + " from alert where blueprint = ? and state = 'firing'",
        AlertRows::read,
        blueprint);
  }

  /** Some of those that fire of other detectors than these. */
  static List<StoredAlert> firingOfOthers(
      Connection connection, String blueprint, Collection<String> detectors, int most)
      throws SQLException {
    return Sql.list(
        connection,
        "select "
            + COLUMNS
            + " from alert where blueprint = ? and state = 'firing' and not detector = any(?)"
            + " limit "
            + most,
        AlertRows::read,
        blueprint,
        detectors);
  }

  /** Those of a detector that fire, of a generation older than this, a page at a time. */
  static void firingBefore(
      Connection connection,
      String blueprint,
      String detector,
      long generation,
      Sql.Page<StoredAlert> page)
      throws SQLException {
    Sql.pages(
        connection,
        PAGE,
        page,
        "select "
            + COLUMNS
            + " from alert where blueprint = ? and detector = ? and state = 'firing'"
            + " and generation < ?",
        AlertRows::read,
        blueprint,
        detector,
        generation);
  }

  /** Makes an alert of a row with {@link #COLUMNS}. */
  static StoredAlert read(ResultSet row) throws SQLException {
    String resolved = row.getString("resolved");
    long silence = row.getLong("silence");
    boolean hasSilence = !row.wasNull();
    return new StoredAlert(
        row.getString("incident"),
        row.getString("state").equals("firing"),
        row.getLong("generation"),
        alert(row.getString("fired")),
        resolved == null ? null : alert(resolved),
        row.getBoolean("absent"),
        hasSilence ? silence : null);
  }

  static Alert alert(String json) {
    return AlertJson.decodeAlert(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes them as they are now. */
  static void write(Connection connection, Collection<StoredAlert> alerts, Instant now)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (StoredAlert one : alerts) {
      Alert fired = one.fired();
      rows.add(
          new @Nullable Object[] {
            fired.blueprint(),
            fired.id(),
            one.incident(),
            fired.detector(),
            fired.key(),
            fired.stream(),
            one.isFiring() ? "firing" : "resolved",
            fired.severity().name().toLowerCase(Locale.ROOT),
            fired.summary(),
            one.generation(),
            fired.startedAt(),
            now,
            now,
            AlertJson.tree(fired).toString(),
            one.resolved() == null ? null : AlertJson.tree(one.resolved()).toString(),
            one.isAbsent(),
            one.silence()
          });
    }
    Sql.batch(
        connection,
        "insert into alert (blueprint, id, incident, detector, key, stream, state, severity,"
            + " summary, generation, started_at, recorded_at, changed_at, fired, resolved, absent,"
            + " silence) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?,"
            + " ?::bigint) on conflict (blueprint, id) do update set incident = excluded.incident,"
            + " state = excluded.state, severity = excluded.severity, summary = excluded.summary,"
            + " generation = excluded.generation, changed_at = case when alert.state ="
            + " excluded.state then alert.changed_at else excluded.changed_at end, fired ="
            + " excluded.fired, resolved = excluded.resolved, absent = excluded.absent, silence ="
            + " excluded.silence",
        rows);
  }

  /** Puts alerts under silences, by id; null takes one out of its silence. */
  static void silence(Connection connection, String blueprint, Map<String, @Nullable Long> silences)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    silences.forEach((id, silence) -> rows.add(new @Nullable Object[] {silence, blueprint, id}));
    Sql.batch(
        connection, "update alert set silence = ?::bigint where blueprint = ? and id = ?", rows);
  }
}
