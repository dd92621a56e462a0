package io.leat.state;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The store of replays. One is open at a time; each transition names the states that it starts
 * from. Thread-safe; blocks.
 */
public final class Replays {
  private static final String UNIQUE_VIOLATION = "23505";

  private final StateDatabase database;
  private final InstantSource clock;

  public Replays(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * What is asked for.
   *
   * @param target the shadow table's name; null for one that is made from the stream's and the id
   */
  public record Request(
      String blueprint,
      String stream,
      Instant from,
      Instant to,
      @Nullable String target,
      String requestedBy) {}

  /**
   * Plans a replay.
   *
   * @throws LeatException CONFLICT when another is under way, or has the table's name
   */
  public Replay add(Request request) {
    long id =
        unique(
            "plan a replay",
            connection -> {
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      "with numbered as (select nextval(pg_get_serial_sequence('replay', 'id'))"
                          + " as id) insert into replay (id, blueprint, stream, received_from,"
                          + " received_to, target, named, state, requested_by, requested_at,"
                          + " changed_at) overriding system value select id, ?, ?, ?, ?,"
                          + " coalesce(?, ? || '__replay_' || id), ?, 'building', ?, ?, ?"
                          + " from numbered returning id")) {
                insert.setString(1, request.blueprint());
                insert.setString(2, request.stream());
                insert.setObject(3, utc(request.from()));
                insert.setObject(4, utc(request.to()));
                insert.setString(5, request.target());
                insert.setString(6, request.stream());
                insert.setBoolean(7, request.target() != null);
                insert.setString(8, request.requestedBy());
                insert.setObject(9, utc(clock.instant()));
                insert.setObject(10, utc(clock.instant()));
                try (ResultSet row = insert.executeQuery()) {
                  row.next();
                  return row.getLong("id");
                }
              }
            });
    return find(id).orElseThrow();
  }

  /** The replay of that number. */
  public Optional<Replay> find(long id) {
    return select("find a replay", "where id = ?", statement -> statement.setLong(1, id)).stream()
        .findFirst();
  }

  /** The one that is to be worked on. */
  public Optional<Replay> open() {
    return select(
            "find the open replay",
            "where state in ('building', 'switching', 'dropping')",
            statement -> {})
        .stream()
        .findFirst();
  }

  /** Those whose rows are, or may come, in the place of others: building, built, switching. */
  public List<Replay> unfinished() {
    return select(
        "find unfinished replays",
        "where state in ('building', 'built', 'switching') order by id",
        statement -> {});
  }

  /** The newest first. */
  public List<Replay> newest(int most) {
    return select(
        "list the replays", "order by id desc limit ?", statement -> statement.setInt(1, most));
  }

  /** Notes what it is bounded by, with what its records are judged. */
  public boolean begin(long id, Replay.Bounds bounds, String rules) {
    return update(
        "begin a replay",
        "log_epoch = ?, offsets_before = ?, rules = ? where id = ? and state = 'building'",
        statement -> {
          statement.setInt(2, bounds.epoch());
          statement.setString(3, text(bounds.before()));
          statement.setString(4, rules);
          statement.setLong(5, id);
        });
  }

  /** It is built. */
  public boolean built(long id, String comparison) {
    return update(
        "note a built replay",
        "state = 'built', comparison = ?, failure = null where id = ? and state = 'building'",
        statement -> {
          statement.setString(2, comparison);
          statement.setLong(3, id);
        });
  }

  /**
   * Moves it on.
   *
   * @return whether it was in that state
   * @throws LeatException CONFLICT when another is under way
   */
  public boolean move(long id, ReplayState from, ReplayState to, @Nullable String failure) {
    return update(
        "move a replay",
        "state = ?, failure = ? where id = ? and state = ?",
        statement -> {
          statement.setString(2, to.text());
          statement.setString(3, failure);
          statement.setLong(4, id);
          statement.setString(5, from.text());
        });
  }

  /** Sets a statement's parameters. */
  @FunctionalInterface
  private interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  /** The first parameter is when it changed. */
  private boolean update(String what, String set, Parameters parameters) {
    return unique(
        what,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement("update replay set changed_at = ?, " + set)) {
            update.setObject(1, utc(clock.instant()));
            parameters.set(update);
            return update.executeUpdate() == 1;
          }
        });
  }

  private <T> T unique(String what, StateDatabase.Work<T> work) {
    try {
      return database.transaction(what, work);
    } catch (LeatException e) {
      if (e.getCause() instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState())) {
        throw new LeatException(ErrorCode.CONFLICT, conflict(), e);
      }
      throw e;
    }
  }

  private String conflict() {
    return open()
        .map(
            other ->
                "The replay "
                    + other.id()
                    + " of "
                    + Names.topic(other.blueprint(), other.stream())
                    + " is "
                    + other.state().text()
                    + "; one is done at a time")
        .orElse("Another replay has a table of that name: give another with 'into', or drop it");
  }

  private List<Replay> select(String what, String where, Parameters parameters) {
    return database.transaction(
        what,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement("select * from replay " + where)) {
            parameters.set(select);
            List<Replay> all = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                all.add(read(row));
              }
            }
            return List.copyOf(all);
          }
        });
  }

  private static Replay read(ResultSet row) throws SQLException {
    String before = row.getString("offsets_before");
    return new Replay(
        row.getLong("id"),
        row.getString("blueprint"),
        row.getString("stream"),
        time(row, "received_from"),
        time(row, "received_to"),
        row.getString("target"),
        row.getBoolean("named"),
        ReplayState.of(row.getString("state")),
        before == null ? null : new Replay.Bounds(row.getInt("log_epoch"), offsets(before)),
        row.getString("rules"),
        row.getString("comparison"),
        row.getString("failure"),
        row.getString("requested_by"),
        time(row, "requested_at"),
        time(row, "changed_at"));
  }

  /** {@code 0:17 1:23}, so that a person can read a row with psql. */
  private static String text(Map<Integer, Long> offsets) {
    StringJoiner text = new StringJoiner(" ");
    new TreeMap<>(offsets).forEach((partition, offset) -> text.add(partition + ":" + offset));
    return text.toString();
  }

  private static Map<Integer, Long> offsets(String text) {
    Map<Integer, Long> offsets = new HashMap<>();
    for (String one : text.split(" ", -1)) {
      int colon = one.indexOf(':');
      if (colon > 0) {
        offsets.put(
            Integer.valueOf(one.substring(0, colon)), Long.valueOf(one.substring(colon + 1)));
      }
    }
    return offsets;
  }

  private static Instant time(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** To the microsecond, as the database keeps it. */
  private static OffsetDateTime utc(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }
}
