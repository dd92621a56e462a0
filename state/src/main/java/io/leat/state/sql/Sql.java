package io.leat.state.sql;

import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Statements with their parameters in one call. A parameter is a text, a number, a boolean, bytes,
 * an {@link Instant}, or a collection of one of them, which becomes an array.
 */
public final class Sql {
  private Sql() {}

  /** Makes a value of the row that the cursor is on. */
  @FunctionalInterface
  public interface Reading<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Works on some rows of a query; may read and write on the same connection. */
  @FunctionalInterface
  public interface Page<T> {
    void on(List<T> rows) throws SQLException;
  }

  /** All rows. */
  public static <T> List<T> list(
      Connection connection, String sql, Reading<T> reading, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> all = new ArrayList<>();
        while (rows.next()) {
          all.add(reading.read(rows));
        }
        return all;
      }
    }
  }

  /**
   * All rows, a page at a time: no more of them are held than one. They are those that were there
   * at the call, whatever is written while their pages are worked on.
   *
   * @param size of a page, in rows; the last may be smaller
   * @throws IllegalStateException outside of a transaction: there the driver would hold all rows
   */
  public static <T> void pages(
      Connection connection,
      int size,
      Page<T> page,
      String sql,
      Reading<T> reading,
      @Nullable Object... parameters)
      throws SQLException {
    if (connection.getAutoCommit()) {
      throw new IllegalStateException("pages are read in a transaction only");
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(size);
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> some = new ArrayList<>();
        while (rows.next()) {
          some.add(reading.read(rows));
          if (some.size() == size) {
            page.on(some);
            some = new ArrayList<>();
          }
        }
        if (!some.isEmpty()) {
          page.on(some);
        }
      }
    }
  }

  /** The first row, if there is one. */
  public static <T> Optional<T> first(
      Connection connection, String sql, Reading<T> reading, @Nullable Object... parameters)
      throws SQLException {
    return list(connection, sql, reading, parameters).stream().findFirst();
  }

  /** Runs a statement; how many rows it changed. */
  public static int update(Connection connection, String sql, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      return statement.executeUpdate();
    }
  }

  /** Runs a statement once for each set of parameters, in their order. */
  public static void batch(Connection connection, String sql, List<@Nullable Object[]> parameters)
      throws SQLException {
    if (parameters.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (@Nullable Object[] one : parameters) {
        bind(statement, one);
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (BatchUpdateException e) {
      // Its message has all values in it; the server's own has not.
      throw e.getNextException() == null
          ? new SQLException("a batch failed", e.getSQLState())
          : e.getNextException();
    }
  }

  /** A time that is there. */
  public static Instant time(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** A time that may not be there. */
  public static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** As the database keeps it: to the microsecond. */
  public static Instant micros(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  private static void bind(PreparedStatement statement, @Nullable Object[] parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      Object value = parameters[i];
      if (value instanceof Instant time) {
        statement.setObject(i + 1, time.atOffset(ZoneOffset.UTC));
      } else if (value instanceof Collection<?> many) {
        statement.setArray(i + 1, array(statement.getConnection(), many));
      } else {
        statement.setObject(i + 1, value);
      }
    }
  }

  private static Array array(Connection connection, Collection<?> values) throws SQLException {
    Object first = values.isEmpty() ? "" : values.iterator().next();
    if (first instanceof Instant) {
      return connection.createArrayOf(
          "timestamptz", values.stream().map(Object::toString).toArray());
    }
    String type = first instanceof Long ? "int8" : first instanceof Integer ? "int4" : "text";
    return connection.createArrayOf(type, values.toArray());
  }
}
