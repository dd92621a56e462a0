package io.leat.files;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Writes Parquet files with DuckDB. */
public final class TestingParquet {
  private TestingParquet() {}

  /** Trips with ids from 0, two columns more, in row groups of 2,048. */
  public static Path trips(Path file, int rows) throws SQLException {
    return write(
        file,
        "select range as trip, (range * 0.5)::double as fare, 'N' || (range % 7) as flag from range("
            + rows
            + ")");
  }

  /** What a query answers. */
  public static Path write(Path file, String query) throws SQLException {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute(
          "copy (" + query + ") to '" + file + "' (format parquet, row_group_size 2048)");
    }
    return file;
  }
}
