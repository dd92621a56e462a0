package io.leat.parquet;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** DuckDB in memory. */
final class DuckDb implements AutoCloseable {
  private final Connection connection;
  private final Statement statement;

  DuckDb() throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    statement = connection.createStatement();
    statement.execute("SET TimeZone = 'UTC'");
  }

  void run(String sql) throws SQLException {
    statement.execute(sql);
  }

  List<List<String>> rows(String sql) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(result.getString(i)));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /** Rows of the Parquet file that our JSON has not, and the other way round. */
  List<List<String>> differences(String parquet, String json) throws SQLException {
    StringBuilder columns = new StringBuilder();
    StringBuilder ours = new StringBuilder();
    StringBuilder theirs = new StringBuilder();
    for (List<String> column : rows("DESCRIBE SELECT * FROM read_parquet('" + parquet + "')")) {
      String name = '"' + column.get(0).replace("\"", "\"\"") + '"';
      String type = column.get(1);
      boolean isBlob = type.equals("BLOB");
      boolean isDate = type.equals("DATE");
      boolean isTime = type.startsWith("TIME") && !type.startsWith("TIMESTAMP");
      String zone = type.equals("TIME") ? "" : "+00";
      boolean isInterval = type.equals("INTERVAL");
      String comma = columns.isEmpty() ? "" : ", ";
      columns.append(comma).append("'").append(column.get(0)).append("': '");
      columns.append(
          isBlob || isDate || isTime
              ? "VARCHAR"
              : isInterval
                  ? "STRUCT(months BIGINT, days BIGINT, millis BIGINT)"
                  : type.replace("'", "''"));
      columns.append("'");
      ours.append(comma);
      ours.append(
          isBlob
              ? "from_base64(" + name + ") AS " + name
              : isTime
                  // DuckDB tells of one form of times only whether it is of UTC.
                  ? "CAST(replace(" + name + ", 'Z', '" + zone + "') AS " + type + ") AS " + name
                  : isDate
                      // DuckDB has no sign before years of five digits.
                      ? "CAST(ltrim(" + name + ", '+') AS DATE) AS " + name
                      : isInterval
                          ? "to_months("
                              + name
                              + ".months::INT) + to_days("
                              + name
                              + ".days::INT)"
                              + " + to_milliseconds("
                              + name
                              + ".millis) AS "
                              + name
                          : name);
      theirs.append(comma).append(name);
    }
    String left = "SELECT " + theirs + " FROM read_parquet('" + parquet + "')";
    String right =
        "SELECT "
            + ours
            + " FROM read_json('"
            + json
            + "', format = 'newline_delimited',"
            + " maximum_object_size = 100000000, columns = {"
            + columns
            + "})";
    List<List<String>> all =
        new ArrayList<>(rows("(" + left + " EXCEPT ALL " + right + ") LIMIT 3"));
    all.addAll(rows("(" + right + " EXCEPT ALL " + left + ") LIMIT 3"));
    String counts =
        rows("SELECT (SELECT count(*) FROM ("
                + left
                + ")) = (SELECT count(*) FROM ("
                + right
                + "))")
            .get(0)
            .get(0);
    if (!counts.equals("true")) {
      all.add(List.of("the numbers of rows differ"));
    }
    return all;
  }

  @Override
  public void close() throws SQLException {
    statement.close();
    connection.close();
  }
}
