package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.lake.EventTables;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FreshnessMonitorTest {
  private static final Namespace PROCESSED = Namespace.of("devices_processed");

  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FreshnessMonitor monitor =
      new FreshnessMonitor(catalog, registry, new SplittableRandom(1));

  @BeforeEach
  void createTables() {
    catalog.initialize("test", Map.of());
    catalog.createNamespace(PROCESSED);
    createTable("telemetry");
    monitor.follow(Map.of("devices", List.of("telemetry")));
    monitor.start();
  }

  @AfterEach
  void close() {
    monitor.close();
  }

  @Test
  void aStreamThatComesLaterIsMeasuredAndOneThatGoesIsNot() throws Exception {
    assertThat(streams()).containsOnly("devices.telemetry");
    Table added = createTable("door");

    monitor.follow(Map.of("devices", List.of("door")));

    assertThat(streams()).containsOnly("devices.door");
    for (int i = 0; i < 100 && monitor.of("devices.door").p50() == 0; i++) {
      commit(added);
      Thread.sleep(200);
    }
    assertThat(monitor.of("devices.door").p50()).isGreaterThanOrEqualTo(60_000);
    assertThat(monitor.of("devices.telemetry").p50()).isZero();
  }

  private List<String> streams() {
    return registry.find("leat_freshness_seconds").meters().stream()
        .map(Meter::getId)
        .map(id -> String.valueOf(id.getTag("stream")))
        .toList();
  }

  private Table createTable(String stream) {
    return catalog.createTable(
        TableIdentifier.of(PROCESSED, stream),
        EventTables.processed(List.of()),
        PartitionSpec.unpartitioned());
  }

  /** One row that was received a minute ago. */
  private static void commit(Table table) throws Exception {
    Schema schema = table.schema();
    DataWriter<org.apache.iceberg.data.Record> writer =
        Parquet.writeData(
                table.io().newOutputFile(table.location() + "/" + UUID.randomUUID() + ".parquet"))
            .schema(schema)
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      GenericRecord row = GenericRecord.create(schema);
      row.setField(EventTables.RECEIVED_AT, OffsetDateTime.now(ZoneOffset.UTC).minusMinutes(1));
      writer.write(row);
    }
    table.newAppend().appendFile(writer.toDataFile()).commit();
  }
}
