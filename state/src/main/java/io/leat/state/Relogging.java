package io.leat.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Takes over what state tables say of log positions when the end of a log was logged once more, in
 * a new epoch: after a restore. Blocks.
 */
public final class Relogging {
  private final StateDatabase database;

  public Relogging(StateDatabase database) {
    this.database = database;
  }

  /**
   * The log's records that are not in the tables are those of the new epoch now, and so is what
   * clients were told of them.
   *
   * @param before the log whose records up to {@code kept} are in the tables
   * @param kept how many records of it the ledger counts
   * @param epoch the new one
   */
  public void moveAnswered(AnsweredCounts.Log before, long kept, int epoch) {
    database.transaction(
        "move the counts of answers to epoch " + epoch,
        connection -> {
          long excess = -kept;
          List<Map.Entry<String, Long>> gateways = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select instance, acknowledged from answered where blueprint = ? and stream = ?"
                      + " and epoch = ? order by acknowledged desc")) {
            bind(select, 1, before);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                gateways.add(Map.entry(row.getString(1), row.getLong(2)));
                excess += row.getLong(2);
              }
            }
          }
          for (Map.Entry<String, Long> gateway : gateways) {
            long moved = Math.min(excess, gateway.getValue());
            if (moved > 0) {
              move(connection, before, gateway.getKey(), moved, epoch);
              excess -= moved;
            }
          }
          return gateways;
        });
  }

  private static void move(
      Connection connection, AnsweredCounts.Log before, String gateway, long moved, int epoch)
      throws SQLException {
    try (PreparedStatement take =
            connection.prepareStatement(
                "update answered set acknowledged = acknowledged - ? where blueprint = ? and"
                    + " stream = ? and epoch = ? and instance = ?");
        PreparedStatement put =
            connection.prepareStatement(
                "insert into answered (instance, blueprint, stream, epoch, acknowledged, unknown,"
                    + " counted_since) select instance, blueprint, stream, ?, ?, 0, now() from"
                    + " answered where blueprint = ? and stream = ? and epoch = ? and instance ="
                    + " ?")) {
      take.setLong(1, moved);
      bind(take, 2, before);
      take.setString(5, gateway);
      take.executeUpdate();
      put.setInt(1, epoch);
      put.setLong(2, moved);
      bind(put, 3, before);
      put.setString(6, gateway);
      put.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, int from, AnsweredCounts.Log log)
      throws SQLException {
    statement.setString(from, log.blueprint());
    statement.setString(from + 1, log.stream());
    statement.setInt(from + 2, log.epoch());
  }

  /**
   * A redriven record has another position now.
   *
   * @param before the names of positions that {@code sent_as} may have, with the new ones
   */
  public void moveRedriven(Map<String, Moved> before) {
    database.transaction(
        "move redriven records to their new positions",
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update redrive set sent_as = ?, log_epoch = ?, log_partition = ?,"
                      + " search_from = 0, log_offset = ? where sent_as = ? and state = 'sent'")) {
            for (Map.Entry<String, Moved> one : before.entrySet()) {
              Moved to = one.getValue();
              update.setString(1, to.name());
              update.setInt(2, to.epoch());
              update.setInt(3, to.partition());
              update.setLong(4, to.offset());
              update.setString(5, one.getKey());
              update.addBatch();
            }
            return update.executeBatch();
          }
        });
  }

  /** Where a record is now, and what that position is called. */
  public record Moved(String name, int epoch, int partition, long offset) {}

  /** What was about to be sent to a log may be in its new epoch, from the beginning on. */
  public void aimAnew(String topic, int before, int epoch) {
    database.transaction(
        "aim redrives at epoch " + epoch,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update redrive set log_epoch = ?, search_from = 0 where stream = ? and"
                      + " log_epoch = ? and state = 'planned' and search_from is not null")) {
            update.setInt(1, epoch);
            update.setString(2, topic);
            update.setInt(3, before);
            return update.executeUpdate();
          }
        });
  }
}
