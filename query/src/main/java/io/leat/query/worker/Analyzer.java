package io.leat.query.worker;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Parses statements with DuckDB's own parser, in an instance that holds and reaches nothing. */
final class Analyzer implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of(
          "SET memory_limit='64MB'",
          "SET threads=1",
          "SET temp_directory=''",
          "SET autoinstall_known_extensions=false",
          "SET autoload_known_extensions=false",
          "SET enable_external_access=false",
          "SET lock_configuration=true");

  private final Connection connection;

  Analyzer() throws SQLException {
    this.connection = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = connection.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute(setting);
      }
    }
  }

  /** DuckDB's answer in JSON: the syntax tree of reads, an error for everything else. */
  String tree(String sql) throws SQLException {
    return text("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", sql);
  }

  String version() throws SQLException {
    return text("SELECT version() || ?", "");
  }

  private String text(String query, String argument) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, argument);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
