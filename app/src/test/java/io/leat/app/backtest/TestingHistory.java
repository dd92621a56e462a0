package io.leat.app.backtest;

import io.leat.event.Names;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.FileSet;
import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.inmemory.InMemoryCatalog;

/** Raw tables of the streams {@code telemetry} and {@code heartbeat}, from {@link #BEGIN} on. */
final class TestingHistory implements AutoCloseable {
  static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");

  private static final String SCHEMA =
      """
      {"type": "object", "properties": {
        "device_id": {"type": "string"},
        "temperature_c": {"type": "number"}
      }}
      """;
  private static final StreamSchema COLUMNS = schema();

  final InMemoryCatalog catalog = new InMemoryCatalog();
  private final List<StructLike> rows = new ArrayList<>();
  private final Map<Integer, Long> offsets = new HashMap<>();

  TestingHistory() {
    catalog.initialize("test", Map.of());
    Namespace raw = Namespace.of(Names.rawNamespace("devices"));
    catalog.createNamespace(raw);
    for (String stream : List.of("telemetry", "heartbeat")) {
      catalog.createTable(
          TableIdentifier.of(raw, stream),
          EventTables.raw(),
          PartitionSpec.unpartitioned(),
          Map.of("format-version", "2"));
    }
  }

  private static StreamSchema schema() {
    try {
      return StreamSchema.parse(SCHEMA);
    } catch (InvalidSchemaException e) {
      throw new IllegalStateException(e);
    }
  }

  static Instant at(long second) {
    return BEGIN.plusSeconds(second);
  }

  /** The next event of a device, in the partition of its number. */
  void event(String device, Instant received, double temperature) {
    int partition = device.charAt(device.length() - 1) % 4;
    long offset = offsets.merge(partition, 1L, Long::sum);
    event(device, offset, "e-" + partition + "-" + offset, received, temperature);
  }

  void event(String device, long offset, String id, Instant received, double temperature) {
    int partition = device.charAt(device.length() - 1) % 4;
    GenericRecord row = GenericRecord.create(EventTables.raw());
    row.setField("event_id", id);
    row.setField("source", "//test");
    row.setField("event_time", Timestamps.toMicros(received));
    row.setField("received_at", Timestamps.toMicros(received));
    row.setField("client", "client-1");
    row.setField("entity_key", device);
    row.setField("schema_version", 1);
    row.setField("log_epoch", 1);
    row.setField("log_partition", partition);
    row.setField("log_offset", offset);
    String payload = "{\"device_id\":\"" + device + "\",\"temperature_c\":" + temperature + "}";
    row.setField("payload", ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)));
    row.setField("payload_encoding", EventTables.IDENTITY_ENCODING);
    rows.add(row);
  }

  /** Puts what was told since into a file of the stream's raw table. */
  void commit(String stream) throws IOException {
    Table table = catalog.loadTable(TableIdentifier.of(Names.rawNamespace("devices"), stream));
    try (FileSet<StructLike> files = FileSet.of(table, table.spec(), "test")) {
      for (StructLike row : rows) {
        files.write(row);
      }
      AppendFiles append = table.newAppend();
      files.complete().forEach(append::appendFile);
      append.commit();
    }
    rows.clear();
  }

  static DetectorSpec detector(DetectorKind kind) {
    return new DetectorSpec(
        "tried",
        null,
        kind,
        Severity.MAJOR,
        "{key} is tried",
        Map.of(),
        null,
        List.of("detector", "key"),
        Duration.ofSeconds(30),
        DetectorSpec.Late.COUNT);
  }

  /** Twice hotter than 85 within a minute, until it is below 75. */
  static DetectorSpec overheating() {
    return detector(
        new DetectorKind.Threshold(
            "telemetry",
            condition("temperature_c > 85"),
            2,
            Duration.ofMinutes(1),
            condition("temperature_c < 75"),
            1));
  }

  static DetectorSpec offline() {
    return detector(
        new DetectorKind.Silence(
            List.of("telemetry"), Duration.ofSeconds(90), Duration.ofSeconds(60)));
  }

  private static Condition condition(String text) {
    try {
      return Condition.compile(text, COLUMNS.columns());
    } catch (InvalidConditionException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static BacktestPlan plan(DetectorSpec detector, Instant from, Instant to) {
    StreamPlan telemetry =
        new StreamPlan(
            "telemetry",
            "devices.telemetry",
            1,
            SCHEMA,
            EventTables.processed(COLUMNS.columns()),
            null,
            Duration.ofHours(24),
            Duration.ofDays(400),
            Duration.ofMinutes(10),
            List.of());
    return new BacktestPlan(
        "devices",
        detector,
        new IncidentPolicy(
            Duration.ofMinutes(30),
            Duration.ofHours(24),
            Duration.ofDays(400),
            5,
            Duration.ofMinutes(10),
            List.of()),
        List.of(telemetry),
        List.of("heartbeat", "telemetry"),
        from,
        to,
        Duration.ofMinutes(1));
  }

  BacktestOutcome run(BacktestPlan plan, BacktestLimits limits, Path folder, Pace pace)
      throws IOException {
    return new BacktestRun(plan, catalog, new SnapshotLeases(), folder, pace, limits, reached -> {})
        .run();
  }

  @Override
  public void close() throws IOException {
    catalog.close();
  }
}
