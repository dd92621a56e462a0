package io.leat.app.reconcile;

import io.leat.lake.EventTables;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
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

/** The tables of the blueprint devices with the stream telemetry, written row by row. */
final class TestingTables {
  static final ReconciledStream STREAM = new ReconciledStream("devices", "telemetry", 1);

  final InMemoryCatalog catalog = new InMemoryCatalog();
  final Table raw;
  final Table processed;
  final Table quarantine;
  final Table ledger;

  TestingTables() {
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("devices_raw"));
    catalog.createNamespace(Namespace.of("devices_processed"));
    raw = table("devices_raw", "telemetry", EventTables.raw());
    processed = table("devices_processed", "telemetry", EventTables.processed(List.of()));
    quarantine = table("devices_raw", "quarantine", EventTables.quarantine());
    ledger = table("devices_raw", "ledger", EventTables.ledger());
  }

  private Table table(String namespace, String name, Schema schema) {
    return catalog.createTable(
        TableIdentifier.of(namespace, name), schema, PartitionSpec.unpartitioned());
  }

  /** Offsets from the first to before the last. */
  static long[] offsets(long first, long next) {
    return LongStream.range(first, next).toArray();
  }

  /** A checkpoint of partition 0 in which every record became a processed row. */
  void checkpoint(long first, long next, Instant at) throws IOException {
    raw(0, offsets(first, next));
    processed(0, offsets(first, next));
    long records = next - first;
    count(0, true, first, next, new Counts(records, records, 0, 0, 0), at);
    count(0, false, first, next, new Counts(0, 0, records, 0, 0), at.plusMillis(3));
  }

  DataFile raw(int partition, long... offsets) throws IOException {
    return write(
        raw,
        offsets,
        (row, offset) -> {
          position(row, "", partition, offset);
          row.setField("payload_encoding", EventTables.IDENTITY_ENCODING);
        });
  }

  DataFile processed(int partition, long... offsets) throws IOException {
    return write(processed, offsets, (row, offset) -> position(row, "_", partition, offset));
  }

  DataFile quarantined(String stream, int partition, long... offsets) throws IOException {
    return write(
        quarantine,
        offsets,
        (row, offset) -> {
          position(row, "", partition, offset);
          row.setField("stream", stream);
          row.setField("code", "type-mismatch");
          row.setField("reason", "no number");
          row.setField("stage", "parse");
          row.setField("quarantined_at", Instant.EPOCH.atOffset(ZoneOffset.UTC));
          row.setField("payload_encoding", EventTables.IDENTITY_ENCODING);
        });
  }

  /** A row of the ledger. */
  void count(int partition, boolean isParsed, long first, long next, Counts counts, Instant at)
      throws IOException {
    write(
        ledger,
        new long[] {0},
        (row, any) -> {
          row.setField("stream", STREAM.name());
          row.setField("log_epoch", 1);
          row.setField("log_partition", partition);
          row.setField("checkpoint_id", 1L);
          row.setField("stage", isParsed ? "parse" : "dedup");
          row.setField("first_offset", first);
          row.setField("next_offset", next);
          row.setField("logged", counts.logged());
          row.setField("raw", counts.raw());
          row.setField("processed", counts.processed());
          row.setField("duplicates", counts.duplicates());
          row.setField("quarantined", counts.quarantined());
          row.setField("written_at", at.atOffset(ZoneOffset.UTC));
        });
  }

  /** Takes a file's rows away. */
  static void delete(Table table, DataFile file) {
    table.refresh();
    table.newDelete().deleteFile(file).commit();
  }

  private interface Filling {
    void fill(GenericRecord row, long offset);
  }

  private static void position(GenericRecord row, String prefix, int partition, long offset) {
    row.setField(prefix + "log_epoch", 1);
    row.setField(prefix + "log_partition", partition);
    row.setField(prefix + "log_offset", offset);
  }

  private static DataFile write(Table table, long[] offsets, Filling filling) throws IOException {
    DataWriter<org.apache.iceberg.data.Record> writer =
        Parquet.writeData(
                table.io().newOutputFile(table.location() + "/" + UUID.randomUUID() + ".parquet"))
            .schema(table.schema())
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      for (long offset : offsets) {
        GenericRecord row = GenericRecord.create(table.schema());
        filling.fill(row, offset);
        writer.write(row);
      }
    }
    table.refresh();
    table.newAppend().appendFile(writer.toDataFile()).commit();
    return writer.toDataFile();
  }
}
