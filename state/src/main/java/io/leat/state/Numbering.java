package io.leat.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Giving out numbers one after the other, whoever else asks. */
final class Numbering {
  private Numbering() {}

  /** Waits until no other transaction numbers {@code name} in {@code table}; until its end. */
  static void lock(Connection connection, String table, String name) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("select pg_advisory_xact_lock(hashtext(?), hashtext(?))")) {
      lock.setString(1, table);
      lock.setString(2, name);
      lock.execute();
    }
  }

  /** The number in the only row and column of the answer; empty without a row. */
  static Optional<Integer> number(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(row.getInt(1)) : Optional.empty();
    }
  }
}
