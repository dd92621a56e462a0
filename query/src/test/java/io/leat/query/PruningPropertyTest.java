package io.leat.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.query.planning.Planner.Pruning;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the condition: the answer with files left out is the answer with all files. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PruningPropertyTest {
  private static final int FILES = 24;
  private static final int CONDITIONS = 90;
  private static final Schema SCHEMA =
      new Schema(
          NestedField.optional(1, "n", Types.LongType.get()),
          NestedField.optional(2, "i", Types.IntegerType.get()),
          NestedField.optional(3, "d", Types.DoubleType.get()),
          NestedField.optional(4, "dec", Types.DecimalType.of(9, 2)),
          NestedField.optional(5, "s", Types.StringType.get()),
          NestedField.optional(6, "day", Types.DateType.get()),
          NestedField.optional(7, "local", Types.TimestampType.withoutZone()),
          NestedField.required(8, "ts", Types.TimestampType.withZone()),
          NestedField.optional(9, "flag", Types.BooleanType.get()));
  private static final LocalDateTime START = LocalDateTime.of(2024, 1, 1, 0, 0);

  private static final LocalDateTime NOW = START.plusDays(6).plusHours(7).plusNanos(123_456_000);

  private final long seed = Long.getLong("leat.test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private TestingLake lake;
  private QueryEngine pruned;
  private QueryEngine unpruned;

  @BeforeAll
  void start(@TempDir Path directory) {
    lake = new TestingLake(directory);
    Table table = lake.create("p", "t", SCHEMA, PartitionSpec.builderFor(SCHEMA).day("ts").build());
    for (int file = 0; file < FILES; file++) {
      List<Record> rows = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        rows.add(TestingLake.row(table, row(file)));
      }
      TestingLake.append(table, rows);
    }
    pruned = engine(directory.resolve("pruned"), Pruning.ON);
    unpruned = engine(directory.resolve("unpruned"), Pruning.OFF);
  }

  private QueryEngine engine(Path directory, Pruning pruning) {
    return new QueryEngine(
        QuerySettings.defaults(directory),
        lake.lake().catalog(),
        new SimpleMeterRegistry(),
        new SnapshotLeases(),
        InstantSource.fixed(NOW.toInstant(ZoneOffset.UTC)),
        pruning);
  }

  private Map<String, Object> row(int file) {
    Map<String, Object> row = new HashMap<>();
    LocalDateTime at = START.plusHours(12L * file + random.nextInt(12));
    if (file % 2 == 1) {
      at = at.withHour(12 + random.nextInt(12)); // one partition in a file
    } else {
      at = at.withHour(random.nextInt(12));
    }
    row.put("ts", OffsetDateTime.of(at, ZoneOffset.UTC));
    put(row, "n", (long) file + random.nextInt(3) - 1);
    put(row, "i", random.nextInt(2 + file));
    put(row, "d", number(file));
    put(row, "dec", BigDecimal.valueOf(random.nextInt(100) + 50L * file, 2));
    put(row, "s", text(file));
    put(row, "day", at.toLocalDate());
    put(row, "local", at);
    put(row, "flag", file % 3 == 0);
    return row;
  }

  private void put(Map<String, Object> row, String column, Object value) {
    if (random.nextInt(8) > 0) {
      row.put(column, value);
    }
  }

  private double number(int file) {
    return switch (random.nextInt(10)) {
      case 0 -> Double.NaN;
      case 1 -> -0.0;
      case 2 -> 0.0;
      case 3 -> Double.POSITIVE_INFINITY;
      default -> file / 2.0 + random.nextInt(2);
    };
  }

  private String text(int file) {
    String letter = Character.toString("aäz€😀".codePointAt(random.nextInt(5) == 4 ? 4 : file % 4));
    return letter.repeat(1 + random.nextInt(20)) + file;
  }

  @AfterAll
  void stop() throws IOException {
    pruned.close();
    unpruned.close();
    lake.close();
  }

  @Test
  void pruningNeverChangesAnAnswer() {
    long skipped = 0;
    for (int i = 0; i < CONDITIONS; i++) {
      String sql = statement();
      QueryResult expected = run(unpruned, sql);
      QueryResult actual = run(pruned, sql);
      assertThat(actual.rows()).as("seed %s: %s", seed, sql).isEqualTo(expected.rows());
      assertThat(expected.summary().filesSkipped()).isZero();
      skipped += actual.summary().filesSkipped();
    }
    assertThat(skipped).as("seed %s", seed).isGreaterThan(CONDITIONS * FILES / 10);
  }

  private QueryResult run(QueryEngine engine, String sql) {
    try {
      return engine.query(sql, 0);
    } catch (LeatException e) {
      throw new AssertionError("seed " + seed + ": " + sql, e);
    }
  }

  private String statement() {
    String where = condition(2);
    return switch (random.nextInt(6)) {
      case 0 -> "SELECT count(*), sum(n), max(ts) FROM p.t WHERE " + where;
      case 1 -> "SELECT x.* FROM p.t AS x WHERE " + where + " ORDER BY ALL";
      case 2 ->
          "SELECT x.n, y.ts FROM p.t x JOIN (SELECT ts, n AS m FROM p.t WHERE "
              + condition(1)
              + ") y ON x.n = y.m WHERE x."
              + "n > "
              + random.nextInt(FILES)
              + " ORDER BY ALL";
      case 3 ->
          "SELECT x.n FROM p.t x LEFT JOIN p.t y ON x.n = y.n + 1 WHERE y.n IS NULL OR y.n < "
              + random.nextInt(FILES)
              + " ORDER BY ALL";
      case 4 ->
          "SELECT n FROM p.t WHERE "
              + where
              + " UNION ALL SELECT i FROM p.t WHERE "
              + condition(1)
              + " ORDER BY ALL";
      default -> "SELECT * FROM p.t WHERE " + where + " ORDER BY ALL";
    };
  }

  private String condition(int depth) {
    if (depth > 0 && random.nextInt(3) == 0) {
      String inner =
          "("
              + condition(depth - 1)
              + (random.nextBoolean() ? " AND " : " OR ")
              + condition(depth - 1)
              + ")";
      return random.nextInt(6) == 0 ? "NOT " + inner : inner;
    }
    List<String> columns = List.of("n", "i", "d", "dec", "s", "day", "local", "ts", "flag");
    String column = columns.get(random.nextInt(columns.size()));
    return switch (random.nextInt(6)) {
      case 0 -> column + (random.nextBoolean() ? " IS NULL" : " IS NOT NULL");
      case 1 -> column + " BETWEEN " + literal(column) + " AND " + literal(column);
      case 2 -> column + " IN (" + literal(column) + ", " + literal(column) + ")";
      case 3 -> literal(column) + operator() + column;
      default -> column + operator() + literal(column);
    };
  }

  private String operator() {
    return List.of(" = ", " < ", " <= ", " > ", " >= ", " <> ").get(random.nextInt(6));
  }

  private String literal(String column) {
    boolean isTime = column.equals("ts") || column.equals("local") || column.equals("day");
    return isTime && random.nextBoolean() ? relative() : plain(column);
  }

  /** A time that is computed. */
  private String relative() {
    int n = random.nextInt(6);
    return List.of(
            "now() - INTERVAL " + n + " DAY",
            "now() - INTERVAL '" + n + " days 3 hours'",
            "(now() - " + n + " * INTERVAL 1 DAY)::DATE",
            "date_trunc('day', now()) - to_hours(" + 10 * n + ")",
            "current_timestamp - INTERVAL " + 20 * n + " HOUR",
            "current_date - " + n,
            "current_date - INTERVAL " + n + " DAY",
            "localtimestamp - INTERVAL " + n + " DAY",
            "today() - " + n,
            "ago(INTERVAL " + n + " DAY)",
            "((now() AT TIME ZONE 'Europe/Zurich') - INTERVAL 4 DAY)",
            "DATE '2024-01-01' + INTERVAL " + n + " DAY",
            "CAST('2024-01-0" + (n + 1) + "' AS DATE)::TIMESTAMP",
            "make_date(2024, 1, " + (n + 1) + ")",
            "NULL::TIMESTAMPTZ - INTERVAL 1 DAY",
            "TIMESTAMPTZ '2024-03-31 10:00:00+02' - INTERVAL " + n + " MONTH")
        .get(random.nextInt(16));
  }

  private String plain(String column) {
    int at = random.nextInt(FILES);
    LocalDate day = START.toLocalDate().plusDays(at / 2);
    String time = String.format("%02d:%02d:00", random.nextInt(24), random.nextInt(60));
    return switch (column) {
      case "n", "i" -> random.nextInt(4) == 0 ? at + ".5" : String.valueOf(at);
      case "d" ->
          List.of("0", "-0.0", "1e0", at / 2.0 + "", at + "", "'NaN'::DOUBLE")
              .get(random.nextInt(6));
      case "dec" -> List.of(at + "", at / 2.0 + "", "1.005", at + "e-1").get(random.nextInt(4));
      case "s" -> "'" + text(at).replace("'", "''") + "'";
      case "day" -> (random.nextBoolean() ? "DATE " : "") + "'" + day + "'";
      case "local" ->
          List.of(
                  "'" + day + " " + time + "'",
                  "TIMESTAMP '" + day + " " + time + ".5'",
                  "DATE '" + day + "'",
                  "'" + day + "'")
              .get(random.nextInt(4));
      case "ts" ->
          List.of(
                  "'" + day + " " + time + "'",
                  "'" + day + "T" + time + "Z'",
                  "TIMESTAMPTZ '" + day + " " + time + "+02:00'",
                  "TIMESTAMP '" + day + " " + time + "'",
                  "'" + day + " " + time + "-05'",
                  "DATE '" + day + "'")
              .get(random.nextInt(6));
      default -> random.nextBoolean() ? "true" : "false";
    };
  }
}
