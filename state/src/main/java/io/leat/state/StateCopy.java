package io.leat.state;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * The state tables as text, in PostgreSQL's own format of {@code COPY}: all of one moment. The lake
 * catalog's tables, which may be beside them, are not among them.
 */
public final class StateCopy {
  /** Flyway's, and those of Iceberg's JDBC catalog. */
  private static final Set<String> OTHERS =
      Set.of(StateDatabase.MIGRATIONS, "iceberg_tables", "iceberg_namespace_properties");

  private StateCopy() {}

  /**
   * A table that was copied.
   *
   * @param columns in the order of the text's fields
   * @param rows how many
   */
  public record Copied(String table, List<String> columns, long rows) {
    public Copied {
      columns = List.copyOf(columns);
    }
  }

  /**
   * What was copied.
   *
   * @param version of the migrations that made the tables
   * @param tables referenced ones first
   * @param sequences their last values by name
   */
  public record Contents(String version, List<Copied> tables, Map<String, Long> sequences) {
    public Contents {
      tables = List.copyOf(tables);
      sequences = Map.copyOf(sequences);
    }
  }

  /** Where the text of a table goes. */
  @FunctionalInterface
  public interface Target {
    void take(String table, Text text) throws IOException;
  }

  /** Writes the text of a table. */
  @FunctionalInterface
  public interface Text {
    void to(OutputStream out) throws IOException;
  }

  /** Where the text of a table comes from. */
  @FunctionalInterface
  public interface Source {
    InputStream open(String table) throws IOException;
  }

  /** Copies all tables as they are at one moment. */
  public static Contents copy(StateDatabase database, Target target) {
    return database.transaction(
        "copy the state tables",
        connection -> {
          try (Statement begin = connection.createStatement()) {
            begin.execute("set transaction isolation level repeatable read, read only");
          }
          List<Copied> copied = new ArrayList<>();
          for (String table : tables(connection)) {
            copied.add(copy(connection, table, target));
          }
          return new Contents(version(connection), copied, sequences(connection));
        });
  }

  private static Copied copy(Connection connection, String table, Target target)
      throws SQLException {
    List<String> columns = columns(connection, table);
    String sql = "copy " + table + " (" + String.join(", ", columns) + ") to stdout";
    long[] rows = new long[1];
    try {
      target.take(
          table,
          out -> {
            try {
              rows[0] = copyManager(connection).copyOut(sql, out);
            } catch (SQLException e) {
              throw new IOException(e);
            }
          });
    } catch (IOException e) {
      if (e.getCause() instanceof SQLException refused) {
        throw refused;
      }
      throw new LeatException(
          ErrorCode.INTERNAL, "Cannot write the copy of " + table + ": " + e, e);
    }
    return new Copied(table, columns, rows[0]);
  }

  /**
   * Makes the tables as they were and fills them; {@link StateDatabase#open} then brings them up to
   * date.
   *
   * @throws LeatException CONFLICT when the database is in use already
   */
  public static void restore(StateSettings settings, Contents contents, Source source) {
    StateDatabase.refuseUsed(settings);
    StateDatabase.migrate(settings, contents.version());
    try (StateDatabase database = StateDatabase.connect(settings)) {
      database.transaction(
          "restore the state tables",
          connection -> {
            fill(connection, contents, source);
            return contents;
          });
    }
  }

  private static void fill(Connection connection, Contents contents, Source source)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (Copied table : contents.tables()) {
        statement.execute("truncate " + table.table() + " cascade"); // migrations put rows in
      }
    }
    for (Copied table : contents.tables()) {
      String sql =
          "copy " + table.table() + " (" + String.join(", ", table.columns()) + ") from stdin";
      try (InputStream in = source.open(table.table())) {
        long rows = copyManager(connection).copyIn(sql, in);
        if (rows != table.rows()) {
          throw new LeatException(
              ErrorCode.CONFLICT,
              "The copy of " + table.table() + " has " + rows + " rows, not " + table.rows());
        }
      } catch (IOException e) {
        throw new LeatException(
            ErrorCode.INTERNAL, "Cannot read the copy of " + table.table() + ": " + e, e);
      }
    }
    for (Map.Entry<String, Long> sequence : contents.sequences().entrySet()) {
      try (PreparedStatement set = connection.prepareStatement("select setval(?::regclass, ?)")) {
        set.setString(1, sequence.getKey());
        set.setLong(2, sequence.getValue());
        set.execute();
      }
    }
  }

  private static CopyManager copyManager(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  /** A table after those that it references. */
  private static List<String> tables(Connection connection) throws SQLException {
    Map<String, Set<String>> references = new LinkedHashMap<>();
    select(
        connection,
        "select table_name, '' from information_schema.tables where table_schema ="
            + " current_schema() and table_type = 'BASE TABLE' order by table_name",
        row -> references.put(row.getString(1), new LinkedHashSet<>()));
    references.keySet().removeAll(OTHERS);
    select(
        connection,
        "select c.relname, r.relname from pg_constraint f join pg_class c on c.oid = f.conrelid"
            + " join pg_class r on r.oid = f.confrelid where f.contype = 'f'"
            + " and f.connamespace = current_schema()::regnamespace",
        row -> {
          Set<String> of = references.get(row.getString(1));
          if (of != null) {
            of.add(row.getString(2));
          }
        });
    Set<String> ordered = new LinkedHashSet<>();
    while (ordered.size() < references.size()) {
      int before = ordered.size();
      references.forEach(
          (table, needed) -> {
            if (needed.stream().allMatch(one -> one.equals(table) || ordered.contains(one))) {
              ordered.add(table);
            }
          });
      if (ordered.size() == before) {
        throw new IllegalStateException("State tables reference each other: " + references);
      }
    }
    return List.copyOf(ordered);
  }

  private static List<String> columns(Connection connection, String table) throws SQLException {
    List<String> columns = new ArrayList<>();
    select(
        connection,
        "select column_name, '' from information_schema.columns where table_schema ="
            + " current_schema() and is_generated = 'NEVER' and table_name = '"
            + table
            + "' order by ordinal_position",
        row -> columns.add(row.getString(1)));
    return columns;
  }

  private static String version(Connection connection) throws SQLException {
    List<String> versions = new ArrayList<>();
    select(
        connection,
        "select version, '' from "
            + StateDatabase.MIGRATIONS
            + " where success and version is not null order by installed_rank desc limit 1",
        row -> versions.add(row.getString(1)));
    return versions.get(0);
  }

  private static Map<String, Long> sequences(Connection connection) throws SQLException {
    Map<String, Long> sequences = new LinkedHashMap<>();
    select(
        connection,
        "select sequencename, last_value from pg_sequences where schemaname = current_schema()"
            + " and last_value is not null",
        row -> sequences.put(row.getString(1), row.getLong(2)));
    return sequences;
  }

  private interface Row {
    void take(ResultSet row) throws SQLException;
  }

  private static void select(Connection connection, String sql, Row taking) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        taking.take(rows);
      }
    }
  }
}
