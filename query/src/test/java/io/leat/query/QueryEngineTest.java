package io.leat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.query.planning.Planner.Pruning;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueryEngineTest {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "device_id", Types.StringType.get()),
          Types.NestedField.required(2, "ts", Types.TimestampType.withZone()),
          Types.NestedField.optional(3, "level", Types.DoubleType.get()),
          Types.NestedField.optional(4, "count", Types.LongType.get()));

  private static final Instant NOW = Instant.parse("2024-03-05T13:00:00.123456789Z");

  private TestingLake lake;
  private QueryEngine engine;

  @BeforeAll
  void start(@TempDir Path directory) {
    lake = new TestingLake(directory);
    Table telemetry =
        lake.create(
            "devices_processed",
            "telemetry",
            SCHEMA,
            PartitionSpec.builderFor(SCHEMA).day("ts").build());
    for (int day = 1; day <= 5; day++) {
      for (int half = 0; half < 2; half++) {
        TestingLake.append(
            telemetry,
            List.of(
                row(telemetry, "m-" + half, day, 2L * day + half),
                row(telemetry, "m-" + half + "b", day, 2L * day + half)));
      }
    }
    lake.create("devices_processed", "heartbeat", SCHEMA, PartitionSpec.unpartitioned());
    engine =
        new QueryEngine(
            QuerySettings.defaults(directory.resolve("query")),
            lake.lake().catalog(),
            new SimpleMeterRegistry(),
            new SnapshotLeases(),
            InstantSource.fixed(NOW),
            Pruning.ON);
  }

  private static org.apache.iceberg.data.Record row(
      Table table, String device, int day, long count) {
    return TestingLake.row(
        table,
        Map.of(
            "device_id",
            device,
            "ts",
            OffsetDateTime.parse(LocalDate.of(2024, 3, day) + "T12:00:00.5Z"),
            "level",
            day / 2.0,
            "count",
            count));
  }

  @AfterAll
  void stop() throws IOException {
    engine.close();
    lake.close();
  }

  @Test
  void rowsOfATableComeBack() {
    QueryResult result =
        engine.query(
            "SELECT device_id, ts, level, count FROM devices_processed.telemetry"
                + " ORDER BY ts, device_id LIMIT 2",
            0);

    assertThat(result.columns())
        .containsExactly(
            new ResultColumn("device_id", "VARCHAR"),
            new ResultColumn("ts", "TIMESTAMP WITH TIME ZONE"),
            new ResultColumn("level", "DOUBLE"),
            new ResultColumn("count", "BIGINT"));
    assertThat(result.rows().toString())
        .isEqualTo(
            "[[\"m-0\",\"2024-03-01T12:00:00.500Z\",0.5,2], "
                + "[\"m-0b\",\"2024-03-01T12:00:00.500Z\",0.5,2]]");
    assertThat(result.summary().filesScanned()).isEqualTo(10);
    assertThat(result.summary().filesSkipped()).isZero();
  }

  @Test
  void partitionsAndStatisticsLeaveFilesOut() {
    assertThat(scanned("ts >= '2024-03-04'")).isEqualTo(4);
    assertThat(scanned("ts BETWEEN '2024-03-02' AND TIMESTAMP '2024-03-02 23:59:59'")).isEqualTo(2);
    assertThat(scanned("count = 7")).isEqualTo(1);
    assertThat(scanned("7 <= count AND level < 100")).isEqualTo(5);
    assertThat(scanned("count IN (2, 3, 11)")).isEqualTo(3);
    assertThat(scanned("count IS NULL")).isZero();
    assertThat(scanned("device_id = 'nobody'")).isZero();
    assertThat(scanned("count = 7 OR level = 2.5")).isEqualTo(3);
    assertThat(scanned("count + 0 = 7")).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ts >= now() - INTERVAL 1 DAY; 2",
        "ts >= now() - INTERVAL '25 hours 1 minute'; 4",
        "ts > current_timestamp - INTERVAL 2 DAYS; 4",
        "ts > CURRENT_TIMESTAMP - 2 * INTERVAL 1 DAY; 4",
        "ts >= current_date; 2",
        "ts >= current_date - 1; 4",
        "ts >= today() - INTERVAL 1 DAY; 4",
        "ts < date_trunc('month', now()) + INTERVAL 1 DAY; 2",
        "ts >= ago(INTERVAL 1 DAY); 2",
        "ts::TIMESTAMPTZ >= now(); 10",
        "ts BETWEEN now() - INTERVAL 2 DAY AND now() - INTERVAL 1 DAY; 2",
        "ts >= TIMESTAMPTZ '2024-03-04'; 4",
        "ts >= '2024-03-04'::timestamptz; 4",
        "ts >= DATE '2024-03-04'; 4",
        "ts >= (DATE '2024-03-04')::TIMESTAMP; 4",
        "ts >= CAST('2024-03-01' AS DATE) + INTERVAL 3 DAY; 4",
        "ts >= make_date(2024, 3, 4); 4",
        "ts >= system.main.now() - INTERVAL 1 DAY; 10",
        "ts >= now() - to_days(count); 10"
      })
  void timesAreComputedBeforeFilesArePlanned(String where, long files) {
    assertThat(scanned(where)).isEqualTo(files);
  }

  @Test
  void allReadingsOfTheClockAreTheInstantOfPlanning() {
    assertThat(
            engine
                .query(
                    "SELECT now(), current_timestamp, transaction_timestamp(), localtimestamp,"
                        + " current_date, today(), ago(INTERVAL 1 HOUR),"
                        + " (SELECT max(now()) FROM devices_processed.telemetry)",
                    0)
                .rows())
        .hasToString(
            "[[\"2024-03-05T13:00:00.123456Z\",\"2024-03-05T13:00:00.123456Z\","
                + "\"2024-03-05T13:00:00.123456Z\",\"2024-03-05T13:00:00.123456\","
                + "\"2024-03-05\",\"2024-03-05\",\"2024-03-05T12:00:00.123456Z\","
                + "\"2024-03-05T13:00:00.123456Z\"]]");
  }

  @Test
  void aColumnThatIsCalledLikeTheTimeIsAColumn() {
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "ts", Types.TimestampType.withZone()),
            Types.NestedField.required(2, "current_date", Types.DateType.get()));
    Table table = lake.create("odd_processed", "t", schema, PartitionSpec.unpartitioned());
    TestingLake.append(
        table,
        List.of(
            TestingLake.row(
                table,
                Map.of(
                    "ts",
                    OffsetDateTime.parse("2020-01-02T00:00:00Z"),
                    "current_date",
                    LocalDate.of(2020, 1, 1)))));
    String telemetry = "devices_processed.telemetry t";

    assertThat(count("odd_processed.t WHERE ts > current_date")).isEqualTo(1);
    assertThat(count(telemetry + " WHERE ts > current_date")).isEqualTo(4);
    assertThat(count("odd_processed.t o, " + telemetry + " WHERE t.ts > current_date"))
        .isEqualTo(20);
    assertThat(
            count(
                telemetry + ", (SELECT DATE '2020-01-01' AS current_date) WHERE ts > current_date"))
        .isEqualTo(20);
    assertThat(
            count(
                "(SELECT DATE '2020-01-01' AS current_date) o, LATERAL (SELECT * FROM "
                    + telemetry
                    + " WHERE ts > current_date)"))
        .isEqualTo(4);
    assertThat(
            engine
                .query(
                    "SELECT ts - INTERVAL 1 YEAR AS current_timestamp FROM "
                        + telemetry
                        + " WHERE ts > current_timestamp",
                    0)
                .rows())
        .hasSize(20);
  }

  private long count(String from) {
    return engine.query("SELECT count(*) FROM " + from, 0).rows().get(0).get(0).asLong();
  }

  private long scanned(String where) {
    QuerySummary summary =
        engine.query("SELECT * FROM devices_processed.telemetry t WHERE " + where, 0).summary();
    assertThat(summary.filesScanned() + summary.filesSkipped()).isEqualTo(10);
    return summary.filesScanned();
  }

  @Test
  void anEmptyTableHasNoRowsAndItsTypes() {
    QueryResult result = engine.query("SELECT * FROM devices_processed.heartbeat", 0);

    assertThat(result.rows()).isEmpty();
    assertThat(result.columns().get(1))
        .isEqualTo(new ResultColumn("ts", "TIMESTAMP WITH TIME ZONE"));
  }

  @Test
  void anUnknownTableIsNamedWithASuggestion() {
    assertThatThrownBy(() -> engine.query("SELECT * FROM devices_procesed.telemetry", 0))
        .hasMessage(
            "There is no table 'devices_procesed.telemetry'. Did you mean"
                + " 'devices_processed.telemetry'?")
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TABLE));
  }
}
