package io.leat.files.ledger;

import io.leat.state.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads rows of the ledger. */
final class FileRows {
  static final String COLUMNS =
      "id, blueprint, source, name, location, version, size, discovered_at, state, since, fence,"
          + " failures, lease_owner, next_attempt_at, sha256, same_as, category, code, reason,"
          + " destination, dead_letter, total_rows, rows_read, bytes_read, bytes_written, resume,"
          + " rows_in, rows_out, rows_filtered, rows_rejected, parts, output_bytes, published_at,"
          + " rows_loaded, rows_refused, actor";

  private FileRows() {}

  static LedgerFile read(ResultSet row) throws SQLException {
    return new LedgerFile(
        new Sighting(
            row.getString("blueprint"),
            row.getString("source"),
            row.getString("name"),
            row.getString("location"),
            row.getString("version"),
            row.getLong("size")),
        row.getString("id"),
        Sql.time(row, "discovered_at"),
        FileState.of(name(row.getString("state")), Sql.time(row, "since")),
        row.getLong("fence"),
        row.getInt("failures"),
        row.getString("lease_owner"),
        Sql.time(row, "next_attempt_at"),
        row.getString("sha256"),
        row.getString("same_as"),
        failure(row),
        row.getString("destination"),
        row.getString("dead_letter"),
        number(row, "total_rows"),
        new Progress(
            row.getLong("rows_read"), row.getLong("bytes_read"), row.getLong("bytes_written")),
        row.getString("resume"),
        totals(row),
        Sql.timeOrNull(row, "published_at"),
        number(row, "rows_loaded"),
        number(row, "rows_refused"),
        row.getString("actor"));
  }

  static Attempt attempt(ResultSet row) throws SQLException {
    return new Attempt(
        row.getLong("attempt"),
        row.getString("worker"),
        Sql.time(row, "started_at"),
        Sql.timeOrNull(row, "ended_at"),
        row.getString("outcome"),
        failure(row),
        row.getInt("from_row_group"),
        row.getLong("rows_read"),
        row.getLong("bytes_written"),
        new Durations(
            row.getLong("fetch_ms"),
            row.getLong("validate_ms"),
            row.getLong("convert_ms"),
            row.getLong("publish_ms")));
  }

  static FileState.Name name(String state) {
    return FileState.Name.valueOf(state.toUpperCase(Locale.ROOT));
  }

  private static @Nullable Failure failure(ResultSet row) throws SQLException {
    String category = row.getString("category");
    return category == null
        ? null
        : new Failure(Category.of(category), row.getString("code"), row.getString("reason"));
  }

  private static @Nullable Totals totals(ResultSet row) throws SQLException {
    long in = row.getLong("rows_in");
    return row.wasNull()
        ? null
        : new Totals(
            in,
            row.getLong("rows_out"),
            row.getLong("rows_filtered"),
            row.getLong("rows_rejected"),
            row.getInt("parts"),
            row.getLong("output_bytes"));
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long number = row.getLong(column);
    return row.wasNull() ? null : number;
  }
}
