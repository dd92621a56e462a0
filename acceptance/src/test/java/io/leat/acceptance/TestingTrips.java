package io.leat.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Parquet files with trips of taxis, written by DuckDB. */
final class TestingTrips {
  private TestingTrips() {}

  /**
   * A file as the shipped blueprint for files expects it.
   *
   * @param from the id of the first trip, which is its fare too
   */
  static Path write(Path file, int from, int rows) throws SQLException {
    String query =
        """
        select (range %% 2 + 1)::bigint as VendorID,
          timestamp '2021-01-01' + to_seconds(range) as tpep_pickup_datetime,
          timestamp '2021-01-01' + to_seconds(range + 600) as tpep_dropoff_datetime,
          1.0::double as passenger_count, (range %% 100) / 10.0 as trip_distance,
          range::double as fare_amount, (range + 3.5)::double as total_amount
        from range(%d, %d)
        """
            .formatted(from, from + rows);
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute(
          "copy (" + query + ") to '" + file + "' (format parquet, row_group_size 4096)");
    }
    return file;
  }

  /** Writes it beside, then moves it in, as writers should. */
  static void drop(Path directory, Path inbox, String name, int from, int rows) throws Exception {
    Path made = write(directory.resolve(name), from, rows);
    Files.createDirectories(inbox);
    Files.move(made, inbox.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
