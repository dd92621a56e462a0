package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.FiringSet;
import io.leat.state.sql.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables of alerts and firing sets. */
final class AlertRows {
  private static final String COLUMNS =
      "id, incident, state, generation, fired::text as fired, resolved::text as resolved, absent,"
          + " silence";

  private AlertRows() {}

  static Map<String, StoredAlert> find(
      Connection connection, String blueprint, Collection<String> ids) throws SQLException {
    return byId(
        connection,
        "select " + COLUMNS + " from alert where blueprint = ? and id = any(?)",
        blueprint,
        ids);
  }

  /** All that fire. */
  static Map<String, StoredAlert> firing(Connection connection, String blueprint)
      throws SQLException {
    return byId(
        connection,
        "select " + COLUMNS + " from alert where blueprint = ? and state = 'firing'",
        blueprint);
  }

  /** Some of those that fire of other detectors than these. */
  static Map<String, StoredAlert> firingOfOthers(
      Connection connection, String blueprint, Collection<String> detectors, int most)
      throws SQLException {
    return byId(
        connection,
        "select "
            + COLUMNS
            + " from alert where blueprint = ? and state = 'firing' and not detector = any(?)"
            + " limit "
            + most,
        blueprint,
        detectors);
  }

  /** Those that fire, of a generation older than this, except these. */
  static Map<String, StoredAlert> firingBefore(
      Connection connection,
      String blueprint,
      String detector,
      long generation,
      Collection<String> except)
      throws SQLException {
    return byId(
        connection,
        "select "
            + COLUMNS
            + " from alert where blueprint = ? and detector = ? and state = 'firing'"
            + " and generation < ? and not id = any(?)",
        blueprint,
        detector,
        generation,
        except);
  }

  private static Map<String, StoredAlert> byId(
      Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
    Map<String, StoredAlert> found = new HashMap<>();
    Sql.list(connection, sql, row -> found.put(row.getString("id"), read(row)), parameters);
    return found;
  }

  private static StoredAlert read(ResultSet row) throws SQLException {
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

  /** Keeps a part of a set, unless a newer one of the task is there. */
  static void keep(Connection connection, FiringSet set) throws SQLException {
    Sql.update(
        connection,
        "delete from firing_set where blueprint = ? and detector = ? and tasks = ? and task = ?"
            + " and generation < ?",
        set.blueprint(),
        set.detector(),
        set.tasks(),
        set.task(),
        set.generation());
    Sql.update(
        connection,
        "insert into firing_set (blueprint, detector, tasks, task, part, parts, generation,"
            + " alerts) select ?, ?, ?, ?, ?, ?, ?, ? where not exists (select 1 from firing_set"
            + " where blueprint = ? and detector = ? and tasks = ? and task = ? and generation > ?)"
            + " on conflict do nothing",
        set.blueprint(),
        set.detector(),
        set.tasks(),
        set.task(),
        set.part(),
        set.parts(),
        set.generation(),
        set.alerts(),
        set.blueprint(),
        set.detector(),
        set.tasks(),
        set.task(),
        set.generation());
  }

  /**
   * What all tasks of a detector had firing.
   *
   * @param oldest the generation that all of them have reached
   * @param alerts the generation of each alert's task
   */
  record AllFiring(long oldest, Map<String, Long> alerts) {}

  /** Null until all parts of all tasks are there. */
  static @Nullable AllFiring allFiring(
      Connection connection, String blueprint, String detector, int tasks) throws SQLException {
    Map<String, Long> alerts = new HashMap<>();
    Set<Integer> whole = new HashSet<>();
    Map<Integer, Integer> parts = new HashMap<>();
    long[] oldest = {Long.MAX_VALUE};
    Sql.list(
        connection,
        "select task, parts, generation, alerts from firing_set where blueprint = ? and detector ="
            + " ? and tasks = ?",
        row -> {
          int task = row.getInt("task");
          long generation = row.getLong("generation");
          oldest[0] = Math.min(oldest[0], generation);
          for (String id : (String[]) row.getArray("alerts").getArray()) {
            alerts.merge(id, generation, Math::max);
          }
          if (parts.merge(task, 1, Integer::sum) == row.getInt("parts")) {
            whole.add(task);
          }
          return task;
        },
        blueprint,
        detector,
        tasks);
    return whole.size() == tasks ? new AllFiring(oldest[0], alerts) : null;
  }
}
