package io.leat.lake.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.lake.AgedOut;
import io.leat.lake.EventTables;
import io.leat.lake.FlinkCommits;
import io.leat.lake.OffsetRange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private Table table;

  @BeforeEach
  void createTable() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("raw"));
    table =
        catalog.createTable(
            TableIdentifier.of("raw", "events"),
            EventTables.raw(),
            PartitionSpec.unpartitioned(),
            Map.of("format-version", "2"));
  }

  /** A checkpoint's commit of one file. */
  private void commit(long checkpoint, Instant received, int partition, long... offsets)
      throws IOException {
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(table.location() + "/" + UUID.randomUUID()))
            .forTable(table)
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      for (long offset : offsets) {
        GenericRecord row = GenericRecord.create(table.schema());
        row.setField("log_epoch", 1);
        row.setField("log_partition", partition);
        row.setField("log_offset", offset);
        row.setField("received_at", received.atOffset(ZoneOffset.UTC));
        row.setField("payload_encoding", EventTables.IDENTITY_ENCODING);
        writer.write(row);
      }
    }
    table
        .newAppend()
        .appendFile(writer.toDataFile())
        .set("flink.job-id", "job")
        .set("flink.operator-id", "operator")
        .set("flink.max-committed-checkpoint-id", String.valueOf(checkpoint))
        .commit();
  }

  private Step ageOut(Duration keepFor) {
    Lifecycle lifecycle = new Lifecycle(table, Pace.FULL);
    Step step = lifecycle.run(lifecycle.find("received_at", keepFor, NOW));
    table.refresh();
    return step;
  }

  @Test
  void theTableTellsWhichPositionsHaveAgedOut() throws Exception {
    commit(1, NOW.minus(DAY.multipliedBy(9)), 0, 0, 1, 2);
    commit(2, NOW.minus(DAY.multipliedBy(8)), 0, 3, 4);
    commit(2, NOW.minus(DAY.multipliedBy(8)), 3, 7);
    commit(3, NOW, 0, 5, 6);

    assertThat(ageOut(DAY.multipliedBy(7)).taken()).isEqualTo(3);
    AgedOut aged = AgedOut.of(table);
    assertThat(aged.ranges(1, 0)).containsExactly(new OffsetRange(0, 5));
    assertThat(aged.ranges(1, 3)).containsExactly(new OffsetRange(7, 8));
    assertThat(aged.ranges(1, 1)).isEmpty();
    assertThat(aged.ranges(2, 0)).isEmpty();
    assertThat(ageOut(DAY.multipliedBy(7)).taken()).isZero();
  }

  @Test
  void whatAgedOutBehindACheckpointThatIsLostDoesNotHinderGoingBack() throws Exception {
    commit(1, NOW.minus(DAY.multipliedBy(9)), 0, 0, 1, 2);
    commit(2, NOW.minus(DAY), 0, 3);
    commit(3, NOW, 0, 4);
    ageOut(DAY.multipliedBy(7));

    FlinkCommits.rollBack(table, new FlinkCommits.Restored("job", 2, NOW));

    table.refresh();
    assertThat(table.currentSnapshot().summary()).containsEntry("total-records", "4");
    ageOut(DAY.multipliedBy(7));
    assertThat(table.currentSnapshot().summary()).containsEntry("total-records", "1");
  }

  @Test
  void manyHolesBecomeFewAndTheSmallestFirst() {
    AgedOut aged = AgedOut.NOTHING;
    for (int i = 0; i < 150; i++) {
      aged = aged.with(1, 0, new OffsetRange(i * 1_000L, i * 1_000L + (i < 75 ? 999 : 500)));
    }

    assertThat(aged.ranges(1, 0)).hasSize(100);
    assertThat(aged.ranges(1, 0).get(0)).isEqualTo(new OffsetRange(0, 50_999));
    assertThat(aged.ranges(1, 0)).contains(new OffsetRange(149_000, 149_500));
  }
}
