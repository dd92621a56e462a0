package io.leat.action.incident;

import io.leat.rules.alert.FiringSet;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * The table of firing sets, and what follows from them for the table of alerts. A detector may have
 * 100,000 alerts firing: what can be, is done by PostgreSQL, and the rest a page at a time.
 */
final class FiringSetRows {
  /** All that the tasks of a detector had firing, each alert with the newest task's generation. */
  private static final String TOLD =
      "(select alert_id, max(reached) as reached from (select unnest(alerts) as alert_id,"
          + " generation as reached from firing_set where blueprint = ? and detector = ? and tasks"
          + " = ?) of_tasks group by alert_id) told";

  private FiringSetRows() {}

  /**
   * An alert that a task has firing.
   *
   * @param generation of the task
   */
  record Told(StoredAlert alert, long generation) {}

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
   * The generation that all tasks of the set's detector have reached; empty until all parts of all
   * tasks are there.
   */
  static OptionalLong reached(Connection connection, FiringSet set) throws SQLException {
    return Sql.first(
            connection,
            "select count(*) filter (where here = parts) as whole, min(generation) as oldest from"
                + " (select count(*) as here, max(parts) as parts, min(generation) as generation"
                + " from firing_set where blueprint = ? and detector = ? and tasks = ? group by"
                + " task) of_tasks",
            row ->
                row.getInt("whole") == set.tasks()
                    ? OptionalLong.of(row.getLong("oldest"))
                    : OptionalLong.empty(),
            set.blueprint(),
            set.detector(),
            set.tasks())
        .orElseThrow();
  }

  /** What fires and is told is of its task's generation. */
  static void raise(Connection connection, FiringSet set) throws SQLException {
    Sql.update(
        connection,
        "update alert set generation = reached from "
            + TOLD
            + " where blueprint = ? and id = alert_id and state = 'firing' and generation <"
            + " reached",
        set.blueprint(),
        set.detector(),
        set.tasks(),
        set.blueprint());
  }

  /** What is told, by a newer generation, although it was over; a page at a time. */
  static void toldThoughOver(Connection connection, FiringSet set, Sql.Page<Told> page)
      throws SQLException {
    Sql.pages(
        connection,
        AlertRows.PAGE,
        page,
        "select "
            + AlertRows.COLUMNS
            + ", reached from "
            + TOLD
            + " join alert on id = alert_id where blueprint = ? and state <> 'firing' and"
            + " generation < reached",
        row -> new Told(AlertRows.read(row), row.getLong("reached")),
        set.blueprint(),
        set.detector(),
        set.tasks(),
        set.blueprint());
  }
}
