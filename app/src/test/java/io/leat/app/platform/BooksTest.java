package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.lake.EventTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DataFile;
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
import org.junit.jupiter.api.io.TempDir;

class BooksTest {
  private static final Schema SCHEMA = EventTables.ledger();
  private static final TableIdentifier LEDGER = TableIdentifier.of("devices_raw", "ledger");
  private static final Books.Epoch FIRST = new Books.Epoch("telemetry", 1);

  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final Path file;
  private Table table;

  BooksTest(@TempDir Path directory) {
    this.file = directory.resolve("devices.json");
  }

  @BeforeEach
  void createTable() {
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("devices_raw"));
    table = catalog.createTable(LEDGER, SCHEMA, PartitionSpec.unpartitioned());
  }

  private Books books() {
    return new Books(catalog, "devices", file);
  }

  private static Books.Totals totals(long count, long next, long last) {
    return new Books.Totals(count, count, count, 0, 0, Map.of(0, next), Map.of(0, last));
  }

  @Test
  void rowsAreAddedUpByStreamAndLogEpoch() throws Exception {
    commit(1, 0, 10);
    commit(1, 10, 15);
    commit(2, 0, 3);

    assertThat(books().totals())
        .isEqualTo(
            Map.of(FIRST, totals(15, 15, 10), new Books.Epoch("telemetry", 2), totals(3, 3, 0)));
  }

  @Test
  void aRestartReadsOnlyWhatCameAfter() throws Exception {
    String gone = commit(1, 0, 10);
    Books before = books();
    before.totals();
    before.save();
    commit(1, 10, 12);
    catalog.loadTable(LEDGER).io().deleteFile(gone);

    assertThat(books().totals()).isEqualTo(Map.of(FIRST, totals(12, 12, 10)));
  }

  @Test
  void aFailureInTheMiddleCountsNothingTwice() throws Exception {
    Books books = books();
    commit(1, 0, 10);
    books.totals();
    commit(1, 10, 12);
    byte[] bytes;
    String broken = commit(1, 12, 20);
    try (var in = table.io().newInputFile(broken).newStream()) {
      bytes = in.readAllBytes();
    }
    table.io().deleteFile(broken);

    assertThatThrownBy(books::totals).isInstanceOf(RuntimeException.class);
    try (var out = table.io().newOutputFile(broken).create()) {
      out.write(bytes);
    }

    assertThat(books.totals()).isEqualTo(Map.of(FIRST, totals(20, 20, 12)));
    assertThat(books.totals()).isEqualTo(Map.of(FIRST, totals(20, 20, 12)));
  }

  @Test
  void aFileThatCannotBeReadOrIsOfAnotherTableIsNotBelieved() throws Exception {
    commit(1, 0, 10);
    Files.writeString(file, "{\"table\":");
    assertThat(books().totals()).isEqualTo(Map.of(FIRST, totals(10, 10, 0)));

    Books books = books();
    books.totals();
    books.save();
    catalog.dropTable(LEDGER);
    table = catalog.createTable(LEDGER, SCHEMA, PartitionSpec.unpartitioned());
    commit(1, 0, 4);
    assertThat(books().totals()).isEqualTo(Map.of(FIRST, totals(4, 4, 0)));
  }

  @Test
  void aSnapshotThatIsNoLongerInTheHistoryMakesItCountAnew() throws Exception {
    commit(1, 0, 10);
    Books books = books();
    books.totals();
    books.save();
    commit(1, 10, 12);
    table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();

    assertThat(books.totals()).isEqualTo(Map.of(FIRST, totals(12, 12, 10)));
    assertThat(books().totals()).isEqualTo(Map.of(FIRST, totals(12, 12, 10)));
  }

  /** The two rows of a partition's checkpoint; returns the file's location. */
  private String commit(int epoch, long first, long next) throws IOException {
    String location = table.location() + "/" + UUID.randomUUID() + ".parquet";
    DataWriter<org.apache.iceberg.data.Record> writer =
        Parquet.writeData(table.io().newOutputFile(location))
            .schema(SCHEMA)
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      writer.write(row(epoch, "parse", first, next, next - first, 0));
      writer.write(row(epoch, "dedup", first, next, 0, next - first));
    }
    DataFile data = writer.toDataFile();
    table.newAppend().appendFile(data).commit();
    return location;
  }

  private static GenericRecord row(
      int epoch, String stage, long first, long next, long parsed, long processed) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("stream", "telemetry");
    row.setField("log_epoch", epoch);
    row.setField("log_partition", 0);
    row.setField("checkpoint_id", 1L);
    row.setField("stage", stage);
    row.setField("first_offset", first);
    row.setField("next_offset", next);
    row.setField("logged", parsed);
    row.setField("raw", parsed);
    row.setField("processed", processed);
    row.setField("duplicates", 0L);
    row.setField("quarantined", 0L);
    row.setField("written_at", OffsetDateTime.parse("2026-03-01T00:00:00Z"));
    return row;
  }
}
