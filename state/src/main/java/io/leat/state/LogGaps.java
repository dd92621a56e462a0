package io.leat.state;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The gaps that logs have had. Thread-safe; blocks. */
public final class LogGaps {
  private static final String COLUMNS = "topic, partition, first_offset, next_offset, found_at";

  private final StateDatabase database;

  public LogGaps(StateDatabase database) {
    this.database = database;
  }

  /** Remembers a gap for good. */
  public void add(LogGap gap) {
    database.transaction(
        "remember a gap of " + gap.topic(),
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "insert into log_gap (" + COLUMNS + ") values (?, ?, ?, ?, ?)")) {
            insert.setString(1, gap.topic());
            insert.setInt(2, gap.partition());
            insert.setLong(3, gap.firstOffset());
            insert.setLong(4, gap.nextOffset());
            insert.setObject(5, gap.foundAt().atOffset(ZoneOffset.UTC));
            return insert.executeUpdate();
          }
        });
  }

  /** All of them, the oldest first. */
  public List<LogGap> list() {
    return database.transaction(
        "list the gaps of the log",
        connection -> {
          List<LogGap> gaps = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "select " + COLUMNS + " from log_gap order by found_at, topic, partition");
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              gaps.add(
                  new LogGap(
                      row.getString(1),
                      row.getInt(2),
                      row.getLong(3),
                      row.getLong(4),
                      row.getObject(5, OffsetDateTime.class).toInstant()));
            }
          }
          return gaps;
        });
  }
}
