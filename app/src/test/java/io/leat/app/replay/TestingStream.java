package io.leat.app.replay;

import io.leat.event.Names;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.FileSet;
import io.leat.lake.replay.ReplayRange;
import io.leat.rules.QualityRule;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import io.leat.state.Replay;
import io.leat.state.ReplayState;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.inmemory.InMemoryCatalog;

/**
 * A stream's raw and processed tables, whose period {@link #BEGIN} to {@link #END} is replayed: a
 * window of an hour, one partition, bounds at offset {@value #BOUND}.
 */
final class TestingStream implements AutoCloseable {
  static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");
  static final Instant END = BEGIN.plusSeconds(60);
  static final long BOUND = 100;

  private static final String SCHEMA =
      """
      {"type": "object", "properties": {
        "device_id": {"type": "string"},
        "temperature_c": {"type": "number"}
      }}
      """;

  final SnapshotLeases leases = new SnapshotLeases();
  final ReplayRange range = new ReplayRange(BEGIN, END, 1, Map.of(0, BOUND));
  final Replay replay =
      new Replay(
          7,
          "devices",
          "telemetry",
          BEGIN,
          END,
          "telemetry__replay_7",
          false,
          ReplayState.BUILDING,
          new Replay.Bounds(1, Map.of(0, BOUND)),
          "",
          null,
          null,
          "operator",
          END,
          END);
  final ShadowTables tables;
  final StreamPlan plan;
  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final List<StructLike> raw = new ArrayList<>();
  private final List<StructLike> processed = new ArrayList<>();

  TestingStream() {
    catalog.initialize("test", Map.of());
    StreamSchema schema;
    try {
      schema = StreamSchema.parse(SCHEMA);
    } catch (InvalidSchemaException e) {
      throw new IllegalStateException(e);
    }
    create(Names.rawNamespace("devices"), "telemetry", EventTables.raw());
    create(Names.rawNamespace("devices"), "quarantine", EventTables.quarantine());
    create(Names.rawNamespace("devices"), "ledger", EventTables.ledger());
    create(
        Names.processedNamespace("devices"), "telemetry", EventTables.processed(schema.columns()));
    this.tables = new ShadowTables(catalog, replay);
    this.plan =
        new StreamPlan(
            "telemetry",
            "devices.telemetry",
            1,
            SCHEMA,
            tables.processedTable().schema(),
            null,
            Duration.ofHours(1),
            Duration.ofDays(400),
            Duration.ofMinutes(10),
            List.of(
                new StreamPlan.Rule(
                    "plausible", "temperature_c < 160", QualityRule.Otherwise.QUARANTINE)));
  }

  private void create(String namespace, String name, Schema schema) {
    Namespace in = Namespace.of(namespace);
    if (!catalog.namespaceExists(in)) {
      catalog.createNamespace(in);
    }
    catalog.createTable(
        TableIdentifier.of(in, name),
        schema,
        PartitionSpec.unpartitioned(),
        Map.of("format-version", "2"));
  }

  /** A raw row of a sender's id, with a temperature for payload. */
  void raw(long offset, String id, Instant received, int temperature) {
    raw(offset, id, received, temperature, null);
  }

  void raw(
      long offset,
      String id,
      Instant received,
      int temperature,
      @org.jspecify.annotations.Nullable String supplied) {
    GenericRecord row = GenericRecord.create(EventTables.raw());
    row.setField("event_id", id);
    row.setField("source", "//test");
    row.setField("event_time", Timestamps.toMicros(received));
    row.setField("received_at", Timestamps.toMicros(received));
    row.setField("client", "client-1");
    row.setField("supplied", supplied);
    row.setField("entity_key", "kiosk-1");
    row.setField("schema_version", 1);
    row.setField("log_epoch", 1);
    row.setField("log_partition", 0);
    row.setField("log_offset", offset);
    String payload = "{\"device_id\":\"kiosk-1\",\"temperature_c\":" + temperature + "}";
    row.setField("payload", ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)));
    row.setField("payload_encoding", EventTables.IDENTITY_ENCODING);
    raw.add(row);
  }

  /** The same, and its row in processed. */
  void both(long offset, String id, Instant received, int temperature) {
    both(offset, id, received, temperature, null);
  }

  void both(
      long offset,
      String id,
      Instant received,
      int temperature,
      @org.jspecify.annotations.Nullable String supplied) {
    raw(offset, id, received, temperature, supplied);
    processed(offset, id, received);
  }

  /** A row in processed alone, as when raw's commit is still under way. */
  void processed(long offset, String id, Instant received) {
    GenericRecord row = GenericRecord.create(plan.processed());
    row.setField(EventTables.EVENT_ID, id);
    row.setField(EventTables.RECEIVED_AT, Timestamps.toMicros(received));
    row.setField(EventTables.LOG_EPOCH, 1);
    row.setField(EventTables.LOG_PARTITION, 0);
    row.setField(EventTables.LOG_OFFSET, offset);
    processed.add(row);
  }

  /** A row of the ledger that counts offsets, as the parser's. */
  void counted(long first, long next, long quarantined) throws IOException {
    GenericRecord row = GenericRecord.create(EventTables.ledger());
    row.setField("stream", "telemetry");
    row.setField("log_epoch", 1);
    row.setField("log_partition", 0);
    row.setField("checkpoint_id", first + 1);
    row.setField("stage", "parse");
    row.setField("first_offset", first);
    row.setField("next_offset", next);
    row.setField("logged", next - first);
    row.setField("raw", next - first);
    row.setField("processed", next - first - quarantined);
    row.setField("duplicates", 0L);
    row.setField("quarantined", quarantined);
    row.setField("written_at", Timestamps.toMicros(END));
    append(new ArrayList<>(List.of(row)), tables.ledgerTable());
  }

  /** Puts into the tables what was told since. */
  void commit() throws IOException {
    append(raw, catalog.loadTable(TableIdentifier.of("devices_raw", "telemetry")));
    append(processed, tables.processedTable());
  }

  private static void append(List<StructLike> rows, Table table) throws IOException {
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

  void build(Path scratch) throws IOException {
    new ShadowBuild(
            tables,
            plan,
            range,
            scratch,
            leases,
            Pace.FULL,
            InstantSource.fixed(END.plusSeconds(5)),
            now -> {})
        .run();
  }

  @Override
  public void close() throws IOException {
    catalog.close();
  }
}
