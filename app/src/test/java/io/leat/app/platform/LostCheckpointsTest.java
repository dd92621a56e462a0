package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.EventTables;
import io.leat.lake.FlinkCommits;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each table of a checkpoint is committed for itself, and a crash comes in between. */
class LostCheckpointsTest {
  private static final TableIdentifier RAW = TableIdentifier.of("devices_raw", "telemetry");
  private static final TableIdentifier PROCESSED =
      TableIdentifier.of("devices_processed", "telemetry");
  private static final TableIdentifier FAULTS = TableIdentifier.of("devices_raw", "fault");
  private static final TableIdentifier QUARANTINE = TableIdentifier.of("devices_raw", "quarantine");
  private static final TableIdentifier REJECTED = TableIdentifier.of("devices_raw", "rejected");
  private static final TableIdentifier LEDGER = TableIdentifier.of("devices_raw", "ledger");
  private static final List<TableIdentifier> ALL =
      List.of(RAW, PROCESSED, FAULTS, QUARANTINE, LEDGER, REJECTED);

  private final InMemoryCatalog catalog = new InMemoryCatalog();

  @BeforeEach
  void createTables() {
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("devices_raw"));
    catalog.createNamespace(Namespace.of("devices_processed"));
    for (TableIdentifier id : ALL) {
      Schema schema =
          id.equals(LEDGER)
              ? EventTables.ledger()
              : id.equals(REJECTED) ? EventTables.rejected() : EventTables.raw();
      catalog.createTable(id, schema, PartitionSpec.unpartitioned());
    }
  }

  private LostCheckpoints lost() {
    return new LostCheckpoints("devices", ALL, catalog);
  }

  private long common() {
    return lost().common().map(FlinkCommits.Commit::checkpoint).orElseThrow();
  }

  @Test
  void withoutAnyRowsThereIsNothingToGoBackTo() {
    assertThat(lost().common()).isEmpty();
  }

  @Test
  void theNewestCheckpointThatAllTablesHaveIsFound() throws Exception {
    commit(1, 10, 8, 2, RAW, PROCESSED, QUARANTINE);
    commit(2, 5, 5, 0, RAW, PROCESSED);
    assertThat(common()).isEqualTo(2);

    commit(3, 5, 4, 1, RAW, QUARANTINE); // and then the process died
    assertThat(common()).isEqualTo(2);

    append(PROCESSED, 3);
    assertThat(common()).isEqualTo(3);
  }

  @Test
  void aTableThatIsAheadOfTheLedgerDoesNotCount() throws Exception {
    commit(4, 1, 1, 0, RAW, PROCESSED);
    append(RAW, 5);

    assertThat(common()).isEqualTo(4);
    assertThat(FlinkCommits.newest(catalog.loadTable(RAW)).get(0).checkpoint()).isEqualTo(5);
  }

  /** It got no rows: it has no commit, and lacks none. */
  @Test
  void aTableWithoutRowsOfACheckpointLacksNothing() throws Exception {
    commit(1, 1, 1, 0, RAW, PROCESSED);
    for (int checkpoint = 2; checkpoint < 9; checkpoint++) {
      commit(checkpoint, 3, 0, 0, RAW); // duplicates only
    }

    assertThat(common()).isEqualTo(8);
  }

  @Test
  void aFirstCommitThatIsLackingIsSeen() throws Exception {
    commit(1, 1, 1, 0, RAW, PROCESSED);
    commit(2, 1, 0, 1, RAW); // the quarantine's first row was never committed

    assertThat(common()).isEqualTo(1);
  }

  /** It is no checkpoint's, and the quarantine got its rows from elsewhere. */
  @Test
  void whatAReplayCorrectedLacksNothing() throws Exception {
    commit(4, 2, 2, 0, RAW, PROCESSED);
    Table ledger = catalog.loadTable(LEDGER);
    GenericRecord corrected = row(-5, "replay", 0, -1, 1);
    ledger.newAppend().appendFile(write(ledger, EventTables.ledger(), List.of(corrected))).commit();

    assertThat(common()).isEqualTo(4);
  }

  @Test
  void rowsWithoutALedgerAreRefusedInWords() {
    append(RAW, 7);

    assertThatThrownBy(() -> lost().common())
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessage(
            "The job of devices has no checkpoint any more, its tables have rows, and"
                + " devices_raw.ledger does not say how far they are. Restore the data directory's"
                + " flink/ or that table from a backup.");
  }

  @Test
  void rejectedRecordsGoOnBehindTheirOwn() throws Exception {
    assertThat(lost().nextRejected(2)).isEmpty();
    rejected(1, 40);
    rejected(2, 7);
    rejected(2, 3);

    assertThat(lost().nextRejected(2)).isEqualTo(Map.of(0, 8L));
  }

  private void commit(
      long checkpoint, long raw, long processed, long quarantined, TableIdentifier... tables)
      throws IOException {
    for (TableIdentifier table : tables) {
      append(table, checkpoint);
    }
    Table ledger = catalog.loadTable(LEDGER);
    List<GenericRecord> rows = new ArrayList<>();
    for (String stage : List.of("parse", "dedup")) {
      rows.add(
          row(
              checkpoint,
              stage,
              stage.equals("parse") ? raw : 0,
              stage.equals("parse") ? 0 : processed,
              stage.equals("parse") ? quarantined : 0));
    }
    append(ledger, checkpoint, write(ledger, EventTables.ledger(), rows));
  }

  private static GenericRecord row(
      long checkpoint, String stage, long raw, long processed, long quarantined) {
    GenericRecord row = GenericRecord.create(EventTables.ledger());
    row.setField("stream", "telemetry");
    row.setField("log_epoch", 1);
    row.setField("log_partition", 0);
    row.setField("checkpoint_id", checkpoint);
    row.setField("stage", stage);
    row.setField("first_offset", 0L);
    row.setField("next_offset", 1L);
    row.setField("logged", raw);
    row.setField("raw", raw);
    row.setField("processed", processed);
    row.setField("duplicates", 0L);
    row.setField("quarantined", quarantined);
    row.setField("written_at", OffsetDateTime.parse("2026-03-01T00:00:00Z"));
    return row;
  }

  private void append(TableIdentifier id, long checkpoint) {
    DataFile file =
        DataFiles.builder(PartitionSpec.unpartitioned())
            .withPath(id + "-" + checkpoint)
            .withFormat(FileFormat.PARQUET)
            .withFileSizeInBytes(10)
            .withRecordCount(1)
            .build();
    append(catalog.loadTable(id), checkpoint, file);
  }

  private static void append(Table table, long checkpoint, DataFile file) {
    AppendFiles append = table.newAppend().appendFile(file);
    append.set("flink.job-id", "job");
    append.set("flink.max-committed-checkpoint-id", String.valueOf(checkpoint));
    append.commit();
  }

  private void rejected(int epoch, long offset) throws IOException {
    Table table = catalog.loadTable(REJECTED);
    GenericRecord row = GenericRecord.create(EventTables.rejected());
    EventTables.rejected()
        .columns()
        .forEach(
            column -> {
              if (column.isRequired()) {
                row.setField(
                    column.name(),
                    switch (column.type().typeId()) {
                      case STRING -> "text";
                      case TIMESTAMP -> OffsetDateTime.parse("2026-03-01T00:00:00Z");
                      case LONG -> offset;
                      default -> 0;
                    });
              }
            });
    row.setField("log_epoch", epoch);
    row.setField("log_partition", 0);
    row.setField("log_offset", offset);
    DataFile file = write(table, EventTables.rejected(), List.of(row));
    table.newAppend().appendFile(file).commit();
  }

  private static DataFile write(Table table, Schema schema, List<GenericRecord> rows)
      throws IOException {
    DataWriter<org.apache.iceberg.data.Record> writer =
        Parquet.writeData(
                table.io().newOutputFile(table.location() + "/" + UUID.randomUUID() + ".parquet"))
            .schema(schema)
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      rows.forEach(writer::write);
    }
    return writer.toDataFile();
  }
}
