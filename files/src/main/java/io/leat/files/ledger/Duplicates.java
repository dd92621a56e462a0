package io.leat.files.ledger;

import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/** Files that are the same as another one. */
final class Duplicates {
  private Duplicates() {}

  /**
   * Has them worked on when the other one comes to nothing. Once its output was visible they stay
   * what they are, whatever becomes of it later.
   *
   * @param original the other one, whose row the transaction holds
   */
  static void reopen(Connection connection, String original, Instant at) throws SQLException {
    FileState.Discovered open = new FileState.Duplicate(at).reopen(at);
    Sql.update(
        connection,
        "update file set state = ?, since = ?, same_as = null, next_attempt_at = clock_timestamp()"
            + " where state = 'duplicate' and same_as = ? and exists (select from file o where o.id"
            + " = ? and o.published_at is null)",
        open.name().text(),
        Sql.micros(open.since()),
        original,
        original);
  }
}
