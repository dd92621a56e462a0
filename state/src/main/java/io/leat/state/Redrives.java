package io.leat.state;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The store of redrives. Each transition names the state that it starts from, and says whether it
 * was made: of several that try, one succeeds. Thread-safe; blocks.
 */
public final class Redrives {
  private static final String COLUMNS =
      "origin, attempt, run, stream, state, log_epoch, log_partition, search_from, event_id,"
          + " client, received_at, sent_as, log_offset, code, detail, requested_by, reason,"
          + " requested_at, changed_at";

  private final StateDatabase database;
  private final InstantSource clock;

  public Redrives(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A request.
   *
   * @param run names it
   * @param requestedBy the client that asks
   * @param reason why, as the client says
   */
  public record Request(String run, String requestedBy, @Nullable String reason) {}

  /**
   * Plans the next attempt of each record that is neither under way nor in processed.
   *
   * @param streams by the records' names, in the order in which they are to be sent
   * @return the attempts that were planned, by name; the others were left alone
   */
  public Map<String, Integer> plan(Map<String, String> streams, Request request) {
    List<String> order = List.copyOf(streams.keySet());
    // Everybody in one order, so that two requests for the same records do not wait for each other.
    Map<String, Integer> sorted = new TreeMap<>();
    for (int i = 0; i < order.size(); i++) {
      sorted.put(order.get(i), i);
    }
    return database.transaction(
        "plan redrives",
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "insert into redrive (origin, attempt, run, ordinal, stream, state,"
                      + " requested_by, reason, requested_at, changed_at)"
                      + " select ?, coalesce(max(attempt), 0) + 1, ?, ?, ?, 'planned', ?, ?, ?, ?"
                      + " from redrive where origin = ?"
                      + " having not coalesce(bool_or("
                      + "state in ('planned', 'sent', 'processed', 'duplicate')), false)"
                      + " on conflict do nothing")) {
            for (Map.Entry<String, Integer> one : sorted.entrySet()) {
              String origin = one.getKey();
              insert.setString(1, origin);
              insert.setString(2, request.run());
              insert.setInt(3, one.getValue());
              insert.setString(4, streams.get(origin));
              insert.setString(5, request.requestedBy());
              insert.setString(6, request.reason());
              insert.setObject(7, now());
              insert.setObject(8, now());
              insert.setString(9, origin);
              insert.addBatch();
            }
            insert.executeBatch();
          }
          return attempts(connection, request.run());
        });
  }

  private static Map<String, Integer> attempts(Connection connection, String run)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select origin, attempt from redrive where run = ? order by ordinal")) {
      select.setString(1, run);
      Map<String, Integer> attempts = new LinkedHashMap<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          attempts.put(row.getString(1), row.getInt(2));
        }
      }
      return attempts;
    }
  }

  /** What is planned or sent, in the order in which it was asked for. */
  public List<Redrive> open(RedriveState state, int most) {
    return select(
        "read the open redrives",
        "where state = ? order by requested_at, ordinal limit ?",
        statement -> {
          statement.setString(1, state.text());
          statement.setInt(2, most);
        });
  }

  /** How many are planned or sent. */
  public long openCount() {
    return database.transaction(
        "count the open redrives",
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "select count(*) from redrive where state in ('planned', 'sent')");
              ResultSet row = select.executeQuery()) {
            return row.next() ? row.getLong(1) : 0L;
          }
        });
  }

  /** Of these records all attempts, the first first. */
  public Map<String, List<Redrive>> of(Collection<String> origins) {
    Map<String, List<Redrive>> attempts = new HashMap<>();
    inArray("where origin = any(?) order by attempt", origins)
        .forEach(r -> attempts.computeIfAbsent(r.origin(), o -> new ArrayList<>()).add(r));
    return attempts;
  }

  /** The attempts that these records are, by their names. */
  public Map<String, Redrive> sentAs(Collection<String> names) {
    Map<String, Redrive> found = new HashMap<>();
    for (Redrive redrive : inArray("where sent_as = any(?)", names)) {
      if (redrive.sentAs() != null) {
        found.put(redrive.sentAs(), redrive);
      }
    }
    return found;
  }

  /** What was asked for at once, in its order. */
  public List<Redrive> run(String run, int most) {
    return select(
        "read a run of redrives",
        "where run = ? order by ordinal limit ?",
        statement -> {
          statement.setString(1, run);
          statement.setInt(2, most);
        });
  }

  /** The newest first. */
  public List<Redrive> newest(int most) {
    return select(
        "read the newest redrives",
        "order by requested_at desc, ordinal limit ?",
        statement -> statement.setInt(1, most));
  }

  /**
   * Notes where a planned one is about to be sent. Of several that try it one succeeds.
   *
   * @param aim null when it surely was not sent, so that it can be aimed anew
   * @return whether it was still as {@code planned} says
   */
  public boolean aim(Redrive planned, Redrive.@Nullable Aim aim) {
    return database.transaction(
        "aim a redrive",
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update redrive set log_epoch = ?, log_partition = ?, search_from = ?,"
                      + " event_id = ?, client = ?, received_at = ?, changed_at = ?"
                      + " where origin = ? and attempt = ? and state = 'planned'"
                      + " and search_from is not distinct from ? and changed_at = ?")) {
            update.setObject(1, aim == null ? null : aim.logEpoch(), java.sql.Types.INTEGER);
            update.setObject(2, aim == null ? null : aim.partition(), java.sql.Types.INTEGER);
            update.setObject(3, aim == null ? null : aim.from(), java.sql.Types.BIGINT);
            update.setString(4, aim == null ? null : aim.eventId());
            update.setString(5, aim == null ? null : aim.client());
            update.setObject(6, aim == null ? null : aim.received().atOffset(ZoneOffset.UTC));
            update.setObject(7, now());
            update.setString(8, planned.origin());
            update.setInt(9, planned.attempt());
            Redrive.Aim before = planned.aim();
            update.setObject(10, before == null ? null : before.from(), java.sql.Types.BIGINT);
            update.setObject(11, planned.changedAt().atOffset(ZoneOffset.UTC));
            return update.executeUpdate() == 1;
          }
        });
  }

  /**
   * A planned one is in the log.
   *
   * @param sentAs its position there, as a record's name
   * @return whether it was still planned
   */
  public boolean sent(String origin, int attempt, String sentAs, long offset) {
    return database.transaction(
        "note a sent redrive",
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update redrive set state = 'sent', sent_as = ?, log_offset = ?, changed_at = ?"
                      + " where origin = ? and attempt = ? and state = 'planned'")) {
            update.setString(1, sentAs);
            update.setLong(2, offset);
            update.setObject(3, now());
            update.setString(4, origin);
            update.setInt(5, attempt);
            return update.executeUpdate() == 1;
          }
        });
  }

  /**
   * An open one has ended.
   *
   * @param end a state that is not open
   * @return whether it was still as {@code open} says
   */
  public boolean end(
      Redrive open, RedriveState end, @Nullable String code, @Nullable String detail) {
    if (end.isOpen()) {
      throw new IllegalArgumentException(end + " is no end");
    }
    return database.transaction(
        "note the end of a redrive",
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update redrive set state = ?, code = ?, detail = ?, changed_at = ?"
                      + " where origin = ? and attempt = ? and state = ?")) {
            update.setString(1, end.text());
            update.setString(2, code);
            update.setString(3, detail);
            update.setObject(4, now());
            update.setString(5, open.origin());
            update.setInt(6, open.attempt());
            update.setString(7, open.state().text());
            return update.executeUpdate() == 1;
          }
        });
  }

  /** Sets a statement's parameters. */
  @FunctionalInterface
  private interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  private List<Redrive> inArray(String where, Collection<String> names) {
    if (names.isEmpty()) {
      return List.of();
    }
    return select(
        "read redrives",
        where,
        statement -> {
          Array array =
              statement.getConnection().createArrayOf("text", names.toArray(String[]::new));
          statement.setArray(1, array);
        });
  }

  private List<Redrive> select(String what, String where, Parameters parameters) {
    return database.transaction(
        what,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement("select " + COLUMNS + " from redrive " + where)) {
            parameters.set(select);
            List<Redrive> all = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                all.add(read(row));
              }
            }
            return List.copyOf(all);
          }
        });
  }

  private static Redrive read(ResultSet row) throws SQLException {
    long offset = row.getLong("log_offset");
    return new Redrive(
        row.getString("origin"),
        row.getInt("attempt"),
        row.getString("run"),
        row.getString("stream"),
        RedriveState.of(row.getString("state")),
        aim(row),
        row.getString("sent_as"),
        row.getString("sent_as") == null ? -1 : offset,
        row.getString("code"),
        row.getString("detail"),
        row.getString("requested_by"),
        row.getString("reason"),
        time(row, "requested_at"),
        time(row, "changed_at"));
  }

  private static Redrive.@Nullable Aim aim(ResultSet row) throws SQLException {
    long from = row.getLong("search_from");
    return row.wasNull()
        ? null
        : new Redrive.Aim(
            row.getInt("log_epoch"),
            row.getInt("log_partition"),
            from,
            row.getString("event_id"),
            row.getString("client"),
            time(row, "received_at"));
  }

  private static Instant time(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** To the microsecond, as the database keeps it. */
  private OffsetDateTime now() {
    return clock
        .instant()
        .truncatedTo(java.time.temporal.ChronoUnit.MICROS)
        .atOffset(ZoneOffset.UTC);
  }
}
