package io.leat.state;

import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;

/** The epochs of topics: their lives between being made anew. Thread-safe; blocks. */
public final class LogEpochs {
  private final StateDatabase database;
  private final InstantSource clock;

  public LogEpochs(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * The epoch of the topic with this id: the one it has, or the next, from 1.
   *
   * @param topicId Kafka's own id of the topic, which a topic of the same name made later does not
   *     have
   */
  public int epochOf(String topic, String topicId) {
    return database.transaction(
        "number the epoch of " + topic,
        connection -> {
          Numbering.lock(connection, "log_epoch", topic);
          Optional<Integer> known = find(connection, topic, topicId);
          return known.isPresent() ? known.get() : insert(connection, topic, topicId);
        });
  }

  /** The topics that ever had an epoch here, whether or not they are still served. */
  public Set<String> topics() {
    return database.transaction(
        "read the topics",
        connection ->
            Set.copyOf(
                Sql.list(
                    connection, "select distinct topic from log_epoch", row -> row.getString(1))));
  }

  private static Optional<Integer> find(Connection connection, String topic, String topicId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select epoch from log_epoch where topic = ? and topic_id = ?")) {
      select.setString(1, topic);
      select.setString(2, topicId);
      return Numbering.number(select);
    }
  }

  private int insert(Connection connection, String topic, String topicId) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into log_epoch (topic, epoch, topic_id, created_at)"
                + " select ?, coalesce(max(epoch), 0) + 1, ?, ? from log_epoch where topic = ?"
                + " returning epoch")) {
      insert.setString(1, topic);
      insert.setString(2, topicId);
      insert.setObject(3, clock.instant().atOffset(ZoneOffset.UTC));
      insert.setString(4, topic);
      return Numbering.number(insert).orElseThrow();
    }
  }
}
