package io.leat.action.incident;

import io.leat.action.target.TargetIncident.State;
import io.leat.rules.alert.Severity;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of incidents and their history. */
final class IncidentRows {
  private static final String COLUMNS =
      "id, blueprint, group_key, state, severity, summary, runbook, firing, silenced, total,"
          + " version, opened_at, since, actor, changed_at, flapping_since, turns, escalated,"
          + " due_at";

  private static final int MOST_ENTRIES = 1_000;
  private static final String HISTORY =
      "incident, version, change, at, recorded_at, actor, detail, told, state, severity, summary,"
          + " firing, total";

  private IncidentRows() {}

  /**
   * Has all others wait that change incidents of the blueprint, until the transaction ends. They
   * are short; and two that met at several groups could otherwise wait for each other for ever.
   */
  static void lock(Connection connection, String blueprint) throws SQLException {
    Sql.list(
        connection,
        "select pg_advisory_xact_lock(hashtextextended(?, 0))",
        row -> true,
        "leat.incident." + blueprint);
  }

  /** Of each group the open one, or else the newest. */
  static List<Incident> ofGroups(
      Connection connection, String blueprint, Collection<String> groupKeys) throws SQLException {
    return Sql.list(
        connection,
        "select distinct on (group_key) "
            + COLUMNS
            + " from incident where blueprint = ? and group_key = any(?) order by group_key, (state"
            + " in ('open', 'acknowledged')) desc, opened_at desc, id",
        IncidentRows::read,
        blueprint,
        groupKeys);
  }

  static List<Incident> find(Connection connection, Collection<String> ids) throws SQLException {
    return Sql.list(
        connection,
        "select " + COLUMNS + " from incident where id = any(?)",
        IncidentRows::read,
        ids);
  }

  static Optional<Incident> find(Connection connection, String id) throws SQLException {
    return find(connection, List.of(id)).stream().findFirst();
  }

  /** Those to which something happens by time. */
  static List<Incident> due(Connection connection, String blueprint, Instant now, int most)
      throws SQLException {
    return Sql.list(
        connection,
        "select "
            + COLUMNS
            + " from incident where blueprint = ? and due_at <= ? order by due_at limit ?",
        IncidentRows::read,
        blueprint,
        now,
        most);
  }

  static List<Incident> list(Connection connection, IncidentFilter filter) throws SQLException {
    StringBuilder sql = new StringBuilder("select " + COLUMNS + " from incident i where true");
    List<@Nullable Object> parameters = new ArrayList<>();
    if (!filter.states().isEmpty()) {
      sql.append(" and state = any(?)");
      parameters.add(filter.states().stream().map(IncidentRows::text).toList());
    }
    if (filter.blueprint() != null) {
      sql.append(" and blueprint = ?");
      parameters.add(filter.blueprint());
    }
    if (filter.blueprints() != null) {
      sql.append(" and blueprint = any(?)");
      parameters.add(filter.blueprints());
    }
    if (filter.detector() != null || filter.key() != null) {
      sql.append(" and exists (select 1 from alert a where a.incident = i.id");
      if (filter.detector() != null) {
        sql.append(" and a.detector = ?");
        parameters.add(filter.detector());
      }
      if (filter.key() != null) {
        sql.append(" and a.key = ?");
        parameters.add(filter.key());
      }
      sql.append(')');
    }
    if (filter.after() != null) {
      sql.append(" and (opened_at, id) < (select opened_at, id from incident where id = ?)");
      parameters.add(filter.after());
    }
    sql.append(" order by opened_at desc, id desc limit ?");
    parameters.add(filter.most());
    return Sql.list(connection, sql.toString(), IncidentRows::read, parameters.toArray());
  }

  /** The newest, the oldest of them first. */
  static List<HistoryEntry> history(Connection connection, String id, int most)
      throws SQLException {
    return Sql.list(
        connection,
        "select * from (select "
            + HISTORY
            + " from incident_event where incident = ? order by version desc limit ?) newest order"
            + " by version",
        IncidentRows::readEntry,
        id,
        most);
  }

  /** From one version, without it, to another, with it; of very many the last. */
  static List<HistoryEntry> history(Connection connection, String id, long from, long to)
      throws SQLException {
    return Sql.list(
        connection,
        "select * from (select "
            + HISTORY
            + " from incident_event where incident = ? and version > ? and version <= ? order by"
            + " version desc limit ?) newest order by version",
        IncidentRows::readEntry,
        id,
        from,
        to,
        MOST_ENTRIES);
  }

  private static HistoryEntry readEntry(ResultSet row) throws SQLException {
    return new HistoryEntry(
        row.getString("incident"),
        row.getLong("version"),
        IncidentChange.of(row.getString("change")),
        Sql.time(row, "at"),
        Sql.time(row, "recorded_at"),
        row.getString("actor"),
        row.getString("detail"),
        row.getBoolean("told"),
        State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        Severity.valueOf(row.getString("severity").toUpperCase(Locale.ROOT)),
        row.getString("summary"),
        row.getInt("firing"),
        row.getInt("total"));
  }

  /**
   * Deletes incidents that were closed before this, and silences that were over by then.
   *
   * @param most so many incidents at most
   * @return how many
   */
  static int forget(Connection connection, String blueprint, Instant before, int most)
      throws SQLException {
    lock(connection, blueprint);
    Sql.update(
        connection,
        "delete from silence where blueprint = ? and phase = 'ended' and ends_at <= ?",
        blueprint,
        before);
    List<String> old =
        Sql.list(
            connection,
            "select id from incident where blueprint = ? and state = 'closed' and since <= ?"
                + " order by since limit "
                + most,
            row -> row.getString("id"),
            blueprint,
            before);
    Sql.update(connection, "delete from alert where incident = any(?)", old);
    return Sql.update(connection, "delete from incident where id = any(?)", old);
  }

  /** Writes incidents and what happened to them. */
  static void write(Connection connection, Collection<WorkingIncident> incidents)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    List<@Nullable Object[]> events = new ArrayList<>();
    // Those that are over first: of a group one may be open.
    Stream.of(false, true)
        .flatMap(isOpen -> incidents.stream().filter(one -> one.state().isOpen() == isOpen))
        .forEach(
            one -> {
              rows.add(row(one.toIncident()));
              one.output().entries().forEach(entry -> events.add(row(entry)));
            });
    Sql.batch(
        connection,
        "insert into incident ("
            + COLUMNS
            + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz[], ?, ?) on"
            + " conflict (id) do update set state = excluded.state, severity = excluded.severity, summary ="
            + " excluded.summary, runbook = excluded.runbook, firing = excluded.firing, silenced ="
            + " excluded.silenced, total = excluded.total, version = excluded.version, since ="
            + " excluded.since, actor = excluded.actor, changed_at = excluded.changed_at,"
            + " flapping_since = excluded.flapping_since, turns = excluded.turns, escalated ="
            + " excluded.escalated, due_at = excluded.due_at",
        rows);
    Sql.batch(
        connection,
        "insert into incident_event (incident, version, change, at, recorded_at, actor, detail,"
            + " told, state, severity, summary, firing, total) values (?, ?, ?, ?,"
            + " clock_timestamp(), ?, ?, ?, ?, ?, ?, ?, ?)",
        events);
  }

  private static @Nullable Object[] row(Incident one) {
    return new @Nullable Object[] {
      one.id(),
      one.blueprint(),
      one.groupKey(),
      text(one.state().name()),
      text(one.severity()),
      one.summary(),
      one.runbook(),
      one.firing(),
      one.silenced(),
      one.total(),
      one.version(),
      one.openedAt(),
      one.state().since(),
      one.state().actor(),
      one.changedAt(),
      one.flappingSince(),
      one.turns(),
      one.escalated(),
      one.dueAt()
    };
  }

  private static @Nullable Object[] row(HistoryEntry entry) {
    return new @Nullable Object[] {
      entry.incident(),
      entry.version(),
      entry.change().text(),
      entry.at(),
      entry.actor(),
      entry.detail(),
      entry.isTold(),
      text(entry.state()),
      text(entry.severity()),
      entry.summary(),
      entry.firing(),
      entry.total()
    };
  }

  static Incident read(ResultSet row) throws SQLException {
    return new Incident(
        row.getString("id"),
        row.getString("blueprint"),
        row.getString("group_key"),
        IncidentState.of(
            State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
            Sql.time(row, "since"),
            row.getString("actor")),
        Severity.valueOf(row.getString("severity").toUpperCase(Locale.ROOT)),
        row.getString("summary"),
        row.getString("runbook"),
        Arrays.asList((Integer[]) row.getArray("firing").getArray()),
        row.getInt("silenced"),
        row.getInt("total"),
        row.getLong("version"),
        Sql.time(row, "opened_at"),
        Sql.time(row, "changed_at"),
        Sql.timeOrNull(row, "flapping_since"),
        times(row),
        row.getInt("escalated"),
        Sql.timeOrNull(row, "due_at"));
  }

  private static List<Instant> times(ResultSet row) throws SQLException {
    return Arrays.stream((Timestamp[]) row.getArray("turns").getArray())
        .map(Timestamp::toInstant)
        .toList();
  }

  private static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
