package io.leat.stream;

import static io.leat.stream.TestingPlans.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.util.CloseableIterator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeJobTest {
  private final StreamPlan plan = TestingPlans.plan();

  private final Path directory;

  LakeJobTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void declaredPropertiesBecomeColumnsAndTheRestIsKept() throws Exception {
    Result result =
        run(
            record(
                7,
                "d1",
                "e1",
                """
                {"device_id":"d1","ts":"2026-11-21T09:59:58.5Z","seq":3.0,"temperature_c":21,"ok":true,
                 "day":"2026-11-20","location":{"lat":1.5,"floor":2},"tags":["a",null,"b"],"free":{"x":[1,2]},
                 "unknown":"u","location2":null}\
                """));

    Map<String, Object> row = result.processed().get(0);
    assertThat(row)
        .containsEntry("device_id", "d1")
        .containsEntry("ts", "2026-11-21T09:59:58.500")
        .containsEntry("seq", 3L)
        .containsEntry("temperature_c", 21.0)
        .containsEntry("ok", true)
        .containsEntry("day", 20777)
        .containsEntry("free", "{\"x\":[1,2]}")
        .containsEntry(
            "_extra", "{\"location\":{\"floor\":2},\"unknown\":\"u\",\"location2\":null}")
        .containsEntry("_event_id", "e1")
        .containsEntry("_client", "client-1")
        .containsEntry("_quality", null)
        .containsEntry("_schema_version", 1)
        .containsEntry("_log_offset", 7L);
    assertThat(result.raw())
        .singleElement()
        .satisfies(r -> assertThat(r).containsEntry("log_offset", 7L));
    result.booksBalance();
  }

  @Test
  void eachRecordEndsInExactlyOnePlaceWithItsReason() throws Exception {
    Result result =
        run(
            record(0, "d1", "e1", "{\"device_id\":\"d1\",\"temperature_c\":20}"),
            record(1, "d1", "e1", "{\"device_id\":\"d1\",\"temperature_c\":20}"),
            record(2, "d1", "e1", "{\"device_id\":\"d1\",\"temperature_c\":21}"),
            record(3, "d1", "e2", "{\"device_id\":\"d1\",\"temperature_c\":1000}"),
            record(4, "d1", "e2", "{\"device_id\":\"d1\",\"temperature_c\":101}"),
            record(5, "d1", "e3", "{\"device_id\":"),
            record(6, "d1", "e4", "{\"device_id\":\"d1\",\"seq\":\"three\"}"),
            record(7, "d1", "e5", "{\"device_id\":\"d1\",\"ts\":\"2031-01-01T00:00:00Z\"}"),
            record(8, "d1", "e6", "[1]"),
            record(9, "d1", "e7", "{\"device_id\":\"d1\",\"seq\":99999999999999999999}"),
            record(10, "d1", "e8", "{\"device_id\":\"d1\",\"device_id\":\"d2\"}"),
            record(11, "d2", "e1", "{\"device_id\":\"d2\"}"));

    assertThat(result.processed().stream().map(r -> r.get("_log_offset") + " " + r.get("_quality")))
        .containsExactlyInAnyOrder("0 null", "4 [warm]", "11 null");
    assertThat(
            result.quarantine().stream()
                .map(
                    r ->
                        r.get("log_offset")
                            + " "
                            + r.get("code")
                            + " "
                            + r.get("stage")
                            + ": "
                            + r.get("reason")))
        .containsExactlyInAnyOrder(
            "2 event-id-conflict dedup: the event id was used before with another payload",
            "3 quality-rule-failed quality: plausible: expected temperature_c > -60 &&"
                + " temperature_c < 150",
            "5 unparsable-record parse: Unexpected end-of-input within/between Object entries",
            "6 type-mismatch parse: /seq: is not a 64-bit integer",
            "7 time-out-of-range parse: event time 2031-01-01T00:00:00Z is not within PT9600H"
                + " before and PT10M after its receipt at 2026-11-21T10:00:00.000007Z",
            "8 type-mismatch parse: record: is not a JSON object",
            "9 type-mismatch parse: /seq: is not a 64-bit integer",
            "10 unparsable-record parse: Duplicate field 'device_id'");
    assertThat(result.raw()).hasSize(12);
    result.booksBalance();
  }

  @Test
  void eventsWithoutAnIdOfTheirOwnAreNeverDuplicates() throws Exception {
    LogRecord made = record(0, "d1", "e1", "{\"device_id\":\"d1\"}");
    made.supplied = TestingPlans.bytes("it");
    LogRecord again = record(1, "d1", "e1", "{\"device_id\":\"d1\"}");
    again.supplied = TestingPlans.bytes("i");
    LogRecord none = record(2, "d1", "e1", "{\"device_id\":\"d1\"}");
    none.id = null;

    Result result = run(made, again, none);

    assertThat(result.processed().stream().map(r -> r.get("_event_id")))
        .containsExactlyInAnyOrder("e1", "e1", "devices.telemetry/" + none.partition + "@2");
    result.booksBalance();
  }

  @Test
  void anIdCountsAsNewOnceItsWindowHasPassed() throws Exception {
    LogRecord first = record(0, "d1", "e1", "{\"device_id\":\"d1\"}");
    LogRecord within = record(1, "d1", "e1", "{\"device_id\":\"d1\"}");
    within.receivedMicros = first.receivedMicros + 24 * 3_600_000_000L - 1;
    LogRecord after = record(2, "d1", "e1", "{\"device_id\":\"d1\"}");
    after.receivedMicros = first.receivedMicros + 24 * 3_600_000_000L;

    Result result = run(first, within, after);

    assertThat(result.processed().stream().map(r -> r.get("_log_offset"))).containsExactly(0L, 2L);
    result.booksBalance();
  }

  @Test
  void deduplicationEqualsAPlainModelOnRandomTraffic() throws Exception {
    long seed = 20_261_121L;
    Random random = new Random(seed);
    List<LogRecord> records = new ArrayList<>();
    Map<String, String> model = new HashMap<>();
    int processed = 0;
    int duplicates = 0;
    int conflicts = 0;
    for (int i = 0; i < 3_000; i++) {
      String device = "d" + random.nextInt(20);
      String id = "e" + random.nextInt(60);
      String json = "{\"device_id\":\"" + device + "\",\"seq\":" + random.nextInt(3) + "}";
      records.add(record(i, device, id, json));
      String known = model.putIfAbsent(device + "/" + id, json);
      processed += known == null ? 1 : 0;
      duplicates += json.equals(known) ? 1 : 0;
      conflicts += known != null && !known.equals(json) ? 1 : 0;
    }

    Result result = run(records.toArray(LogRecord[]::new));

    assertThat(result.processed()).as("seed %d", seed).hasSize(processed);
    assertThat(result.quarantine()).as("seed %d", seed).hasSize(conflicts);
    assertThat(result.sum("duplicates")).as("seed %d", seed).isEqualTo(duplicates);
    result.booksBalance();
  }

  /** As after the loss of all checkpoints: the tables have the first four records. */
  @Test
  void recordsThatTheTablesHaveAreRememberedAndNothingElseComesOfThem() throws Exception {
    Result result =
        run(
            Map.of(1, 4L),
            record(0, "d1", "e1", "{\"device_id\":\"d1\"}"),
            record(1, "d1", "e1", "{\"device_id\":\"d1\"}"),
            record(2, "d1", "e2", "{\"device_id\":"),
            record(3, "d1", "e1", "{\"device_id\":\"d1\",\"seq\":1}"),
            record(4, "d1", "e1", "{\"device_id\":\"d1\"}"),
            record(5, "d1", "e1", "{\"device_id\":\"d1\",\"seq\":2}"),
            record(6, "d1", "e2", "{\"device_id\":\"d1\"}"));

    assertThat(result.raw().stream().map(r -> r.get("log_offset"))).containsExactly(4L, 5L, 6L);
    assertThat(result.processed().stream().map(r -> r.get("_log_offset"))).containsExactly(6L);
    assertThat(result.quarantine().stream().map(r -> r.get("log_offset"))).containsExactly(5L);
    assertThat(result.ledger())
        .allSatisfy(r -> assertThat((Long) r.get("first_offset")).isGreaterThanOrEqualTo(4));
    assertThat(result.sum("duplicates")).isOne();
    result.booksBalance();
  }

  private Result run(LogRecord... records) throws Exception {
    return run(Map.of(), records);
  }

  private Result run(Map<Integer, Long> written, LogRecord... records) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("pipeline.generic-types", "false");
    configuration.setString("pipeline.object-reuse", "true");
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    environment.setParallelism(1);
    CollectingSinks sinks = new CollectingSinks();
    LakeJob.build(
        List.of(plan), new ListSources(environment, List.of(records), written), sinks, directory);
    environment.executeAsync();
    return new Result(
        rows(sinks.raw, EventTables.raw()),
        rows(sinks.processed, plan.processed()),
        rows(sinks.quarantine, EventTables.quarantine()),
        rows(sinks.ledger, EventTables.ledger()));
  }

  private record Result(
      List<Map<String, Object>> raw,
      List<Map<String, Object>> processed,
      List<Map<String, Object>> quarantine,
      List<Map<String, Object>> ledger) {

    long sum(String column) {
      return ledger.stream().mapToLong(r -> (Long) r.get(column)).sum();
    }

    void booksBalance() {
      assertThat(sum("logged")).isEqualTo(raw.size());
      assertThat(sum("raw")).isEqualTo(raw.size());
      assertThat(sum("processed")).isEqualTo(processed.size());
      assertThat(sum("quarantined")).isEqualTo(quarantine.size());
      assertThat(sum("raw")).isEqualTo(sum("processed") + sum("duplicates") + sum("quarantined"));
    }
  }

  private record ListSources(
      StreamExecutionEnvironment environment, List<LogRecord> records, Map<Integer, Long> written)
      implements LakeJob.LakeSources {
    @Override
    public Map<Integer, Long> written(StreamPlan plan) {
      return written;
    }

    @Override
    public DataStream<LogRecord> events(StreamPlan plan) {
      return environment
          .fromData(TypeInformation.of(LogRecord.class), records.toArray(LogRecord[]::new))
          .assignTimestampsAndWatermarks(
              WatermarkStrategy.<LogRecord>forMonotonousTimestamps()
                  .withTimestampAssigner((log, t) -> log.receivedMicros / 1_000L));
    }

    @Override
    public DataStream<RowData> rejected() {
      return environment
          .fromSequence(0, 0)
          .filter(n -> false)
          .map(n -> (RowData) null)
          .returns(Outputs.type(EventTables.rejected()));
    }
  }

  private static final class CollectingSinks implements LakeSinks {
    private CloseableIterator<RowData> raw = CloseableIterator.empty();
    private CloseableIterator<RowData> processed = CloseableIterator.empty();
    private CloseableIterator<RowData> quarantine = CloseableIterator.empty();
    private CloseableIterator<RowData> ledger = CloseableIterator.empty();

    @Override
    public void raw(StreamPlan plan, DataStream<RowData> rows) {
      raw = rows.collectAsync();
    }

    @Override
    public void processed(StreamPlan plan, DataStream<RowData> rows) {
      processed = rows.collectAsync();
    }

    @Override
    public void quarantine(DataStream<RowData> rows) {
      quarantine = rows.collectAsync();
    }

    @Override
    public void ledger(DataStream<RowData> rows) {
      ledger = rows.collectAsync();
    }

    @Override
    public void rejected(DataStream<RowData> rows) {
      rows.collectAsync();
    }
  }

  private static List<Map<String, Object>> rows(CloseableIterator<RowData> iterator, Schema schema)
      throws Exception {
    List<Map<String, Object>> rows = new ArrayList<>();
    try (iterator) {
      while (iterator.hasNext()) {
        rows.add(values(iterator.next(), schema));
      }
    }
    rows.sort(
        Comparator.comparing(
            r -> String.valueOf(r.getOrDefault("_log_offset", r.get("log_offset")))));
    return rows;
  }

  private static Map<String, Object> values(RowData row, Schema schema) {
    Map<String, Object> values = new TreeMap<>();
    var types = FlinkSchemaUtil.convert(schema).getChildren();
    List<Types.NestedField> fields = schema.columns();
    for (int i = 0; i < fields.size(); i++) {
      Object value = RowData.createFieldGetter(types.get(i), i).getFieldOrNull(row);
      if (value instanceof StringData) {
        value = value.toString();
      } else if (value instanceof org.apache.flink.table.data.TimestampData time) {
        value = time.toString();
      } else if (value instanceof org.apache.flink.table.data.ArrayData array) {
        List<String> list = new ArrayList<>();
        for (int j = 0; j < array.size(); j++) {
          list.add(array.isNullAt(j) ? null : array.getString(j).toString());
        }
        value = list;
      }
      values.put(fields.get(i).name(), value);
    }
    return values;
  }

  @Test
  void timestampsGoThroughFlinkWithTheirMicroseconds() {
    long micros = Timestamps.parseMicros("1969-12-31T23:59:59.999999Z");
    assertThat(RowParser.timestamp(micros).toInstant()).isEqualTo(Timestamps.ofMicros(micros));
  }
}
