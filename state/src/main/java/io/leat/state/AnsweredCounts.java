package io.leat.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What gateways answered, kept for good. Each gateway writes its own sums, never increments: a
 * write whose outcome is not known can be repeated. Thread-safe; blocks.
 */
public final class AnsweredCounts {
  private final StateDatabase database;
  private final InstantSource clock;

  public AnsweredCounts(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A stream's log in one of its epochs. */
  public record Log(String blueprint, String stream, int epoch) {}

  /**
   * Records since counting began.
   *
   * @param acknowledged answered with success
   * @param unknown answered with an unknown outcome
   */
  public record Sums(long acknowledged, long unknown) {
    /** The sums of both. */
    public Sums plus(Sums other) {
      return new Sums(acknowledged + other.acknowledged, unknown + other.unknown);
    }
  }

  /**
   * Of all gateways together.
   *
   * @param since when the first of them began to count
   * @param uncleanStops how often one of them was killed
   */
  public record Total(Log log, Sums sums, Instant since, int uncleanStops) {}

  /**
   * A gateway begins. If its last run did not end cleanly, that is noted.
   *
   * @return its sums so far
   */
  public Map<Log, Sums> begin(String instance) {
    return database.transaction(
        "begin to count answers",
        connection -> {
          try (PreparedStatement begin =
              connection.prepareStatement(
                  "insert into gateway_instance (id, running, seen_at) values (?, true, ?)"
                      + " on conflict (id) do update set running = true, seen_at ="
                      + " excluded.seen_at, unclean_stops = gateway_instance.unclean_stops + case"
                      + " when gateway_instance.running then 1 else 0 end")) {
            begin.setString(1, instance);
            begin.setObject(2, now());
            begin.executeUpdate();
          }
          return sums(connection, instance);
        });
  }

  private static Map<Log, Sums> sums(Connection connection, String instance) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select blueprint, stream, epoch, acknowledged, unknown from answered"
                + " where instance = ?")) {
      select.setString(1, instance);
      Map<Log, Sums> sums = new HashMap<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          sums.put(log(row), new Sums(row.getLong(4), row.getLong(5)));
        }
      }
      return sums;
    }
  }

  /** Keeps a gateway's sums. */
  public void save(String instance, Map<Log, Sums> sums) {
    write(instance, sums, true);
  }

  /** Keeps a gateway's last sums: it ends, and all that it answered is counted. */
  public void end(String instance, Map<Log, Sums> sums) {
    write(instance, sums, false);
  }

  private void write(String instance, Map<Log, Sums> sums, boolean running) {
    database.transaction(
        "keep the counts of answers",
        connection -> {
          OffsetDateTime now = now();
          try (PreparedStatement upsert =
              connection.prepareStatement(
                  "insert into answered (instance, blueprint, stream, epoch, acknowledged,"
                      + " unknown, counted_since) values (?, ?, ?, ?, ?, ?, ?) on conflict"
                      + " (instance, blueprint, stream, epoch) do update set acknowledged ="
                      + " excluded.acknowledged, unknown = excluded.unknown")) {
            for (Map.Entry<Log, Sums> one : sums.entrySet()) {
              upsert.setString(1, instance);
              upsert.setString(2, one.getKey().blueprint());
              upsert.setString(3, one.getKey().stream());
              upsert.setInt(4, one.getKey().epoch());
              upsert.setLong(5, one.getValue().acknowledged());
              upsert.setLong(6, one.getValue().unknown());
              upsert.setObject(7, now);
              upsert.addBatch();
            }
            upsert.executeBatch();
          }
          try (PreparedStatement seen =
              connection.prepareStatement(
                  "update gateway_instance set running = ?, seen_at = ? where id = ?")) {
            seen.setBoolean(1, running);
            seen.setObject(2, now);
            seen.setString(3, instance);
            return seen.executeUpdate();
          }
        });
  }

  /** What all gateways answered, by log. */
  public List<Total> totals() {
    return database.transaction(
        "read the counts of answers",
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "select blueprint, stream, epoch, sum(acknowledged), sum(unknown),"
                          + " min(counted_since), sum(unclean_stops) from answered join"
                          + " gateway_instance on id = instance group by blueprint, stream, epoch"
                          + " order by blueprint, stream, epoch");
              ResultSet row = select.executeQuery()) {
            List<Total> totals = new ArrayList<>();
            while (row.next()) {
              totals.add(
                  new Total(
                      log(row),
                      new Sums(row.getLong(4), row.getLong(5)),
                      row.getObject(6, OffsetDateTime.class).toInstant(),
                      row.getInt(7)));
            }
            return totals;
          }
        });
  }

  private static Log log(ResultSet row) throws SQLException {
    return new Log(row.getString(1), row.getString(2), row.getInt(3));
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }
}
