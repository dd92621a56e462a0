package io.leat.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The newest state of each entity. What is written never goes backwards, whatever is written again;
 * what is read is whole: the rows of all streams, who is offline, and open incidents, of one
 * moment. Thread-safe; blocks.
 */
public final class HotTables {
  private static final Comparator<HotRow> BY_IDENTITY =
      Comparator.comparing(HotRow::blueprint)
          .thenComparing(HotRow::table)
          .thenComparing(HotRow::key)
          .thenComparing(HotRow::stream);

  private static final String UPSERT =
      "insert into hot_row as h (blueprint, table_name, key, stream, log_epoch, log_partition,"
          + " log_offset, received_at, event_time, columns, expires_at, sweep_at)"
          + " select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::int[], ?::int[],"
          + " ?::bigint[], ?::timestamptz[], ?::timestamptz[], ?::jsonb[], ?::timestamptz[],"
          + " ?::timestamptz[])"
          + " on conflict (blueprint, table_name, key, stream) do update set"
          + " log_epoch = excluded.log_epoch, log_partition = excluded.log_partition,"
          + " log_offset = excluded.log_offset, received_at = excluded.received_at,"
          + " event_time = excluded.event_time, columns = excluded.columns,"
          + " expires_at = excluded.expires_at, sweep_at = excluded.sweep_at"
          + " where (h.log_epoch, h.log_offset) < (excluded.log_epoch, excluded.log_offset)";

  /** What fires is looked up for each row by the index of alerts by key. */
  static final String ENTITIES =
      "select h.key, h.stream, h.log_epoch, h.log_partition, h.log_offset, h.received_at,"
          + " h.event_time, h.columns::text as columns, h.expires_at,"
          + " coalesce(f.offline, false) as offline,"
          + " coalesce(f.incidents, '{}') as incidents"
          + " from hot_row h left join lateral ("
          + "select bool_or(a.detector = ?) as offline,"
          + " array_agg(distinct i.id order by i.id)"
          + " filter (where i.state in ('open', 'acknowledged')) as incidents"
          + " from alert a join incident i on i.id = a.incident"
          + " where a.blueprint = h.blueprint and a.key collate \"C\" = h.key"
          + " and a.state = 'firing' and a.stream = any(?)) f on true"
          + " where h.blueprint = ? and h.table_name = ? and h.key = any(?) and h.stream = any(?)"
          + " and h.columns is not null order by h.key, h.stream";

  private final StateDatabase database;
  private final InstantSource clock;

  public HotTables(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Writes rows that are newer than what is there; others change nothing.
   *
   * @return how many entities and streams changed
   */
  public int upsert(Collection<HotRow> rows) {
    if (rows.isEmpty()) {
      return 0;
    }
    // Sorted, so that two that write the same keys never wait for each other in a circle.
    TreeMap<HotRow, HotRow> newest = new TreeMap<>(BY_IDENTITY);
    for (HotRow row : rows) {
      newest.merge(row, row, (one, other) -> other.isNewerThan(one) ? other : one);
    }
    List<HotRow> sorted = List.copyOf(newest.values());
    return database.transaction(
        "write newest states",
        connection -> {
          try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
            bind(connection, upsert, sorted);
            return upsert.executeUpdate();
          }
        });
  }

  private static void bind(Connection connection, PreparedStatement upsert, List<HotRow> rows)
      throws SQLException {
    Columns columns = new Columns(connection, upsert, rows);
    columns.add("text", HotRow::blueprint);
    columns.add("text", HotRow::table);
    columns.add("text", HotRow::key);
    columns.add("text", HotRow::stream);
    columns.add("int4", HotRow::epoch);
    columns.add("int4", HotRow::partition);
    columns.add("int8", HotRow::offset);
    columns.add("text", row -> row.receivedAt().toString());
    columns.add("text", row -> row.eventTime().toString());
    columns.add("text", HotRow::columns);
    columns.add("text", row -> row.expiresAt().toString());
    columns.add("text", row -> sweepAt(row.expiresAt()).toString());
  }

  /** The full hour behind a time. */
  static Instant sweepAt(Instant expiresAt) {
    return expiresAt.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
  }

  /** The newest state of an entity; empty when nothing is known of it, or no longer. */
  public Optional<HotEntity> get(HotTable table, String key) {
    return database.transaction(
        "look up a newest state",
        connection -> living(entities(connection, table, List.of(key))).stream().findFirst());
  }

  /** A page of entities. */
  public HotPage list(HotTable table, HotFilter filter) {
    return database.transaction(
        "list newest states",
        connection -> {
          HotKeys.Found found =
              new HotKeys(table, filter, timestamp(clock.instant())).find(connection);
          return new HotPage(living(entities(connection, table, found.keys())), found.next());
        });
  }

  private List<HotEntity> living(List<HotEntity> entities) {
    Instant now = clock.instant();
    return entities.stream().filter(entity -> entity.expiresAt().isAfter(now)).toList();
  }

  private static List<HotEntity> entities(Connection connection, HotTable table, List<String> keys)
      throws SQLException {
    if (keys.isEmpty()) {
      return List.of();
    }
    try (PreparedStatement select = connection.prepareStatement(ENTITIES)) {
      bind(connection, select, table, keys);
      try (ResultSet row = select.executeQuery()) {
        List<HotEntity> entities = new ArrayList<>();
        while (row.next()) {
          HotRow next = row(table, row);
          HotEntity last = entities.isEmpty() ? null : entities.get(entities.size() - 1);
          if (last != null && last.key().equals(next.key())) {
            List<HotRow> rows = new ArrayList<>(last.rows());
            rows.add(next);
            entities.set(
                entities.size() - 1,
                new HotEntity(last.key(), last.isOffline(), last.incidents(), rows));
          } else {
            entities.add(
                new HotEntity(
                    next.key(),
                    row.getBoolean("offline"),
                    List.of((String[]) row.getArray("incidents").getArray()),
                    List.of(next)));
          }
        }
        return entities;
      }
    }
  }

  static void bind(
      Connection connection, PreparedStatement entities, HotTable table, List<String> keys)
      throws SQLException {
    entities.setString(1, table.online());
    entities.setArray(2, texts(connection, table.related()));
    entities.setString(3, table.blueprint());
    entities.setString(4, table.name());
    entities.setArray(5, texts(connection, keys));
    entities.setArray(6, texts(connection, table.streams()));
  }

  private static HotRow row(HotTable table, ResultSet row) throws SQLException {
    return new HotRow(
        table.blueprint(),
        table.name(),
        row.getString("key"),
        row.getString("stream"),
        row.getInt("log_epoch"),
        row.getInt("log_partition"),
        row.getLong("log_offset"),
        row.getObject("received_at", OffsetDateTime.class).toInstant(),
        row.getObject("event_time", OffsetDateTime.class).toInstant(),
        row.getString("columns"),
        row.getObject("expires_at", OffsetDateTime.class).toInstant());
  }

  static OffsetDateTime timestamp(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  static java.sql.Array texts(Connection connection, Collection<String> values)
      throws SQLException {
    return connection.createArrayOf("text", values.toArray());
  }

  /** An array for each column of the rows. */
  private static final class Columns {
    private final Connection connection;
    private final PreparedStatement statement;
    private final List<HotRow> rows;
    private int bound;

    Columns(Connection connection, PreparedStatement statement, List<HotRow> rows) {
      this.connection = connection;
      this.statement = statement;
      this.rows = rows;
    }

    void add(String type, Function<HotRow, Object> value) throws SQLException {
      Object[] values = rows.stream().map(value).toArray();
      statement.setArray(++bound, connection.createArrayOf(type, values));
    }
  }
}
