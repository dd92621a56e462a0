package io.leat.lake.maintenance;

import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import io.leat.lake.SnapshotLeases;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/** A table on the disk, its maintenance, and a clock that can be moved on. */
final class TestingTable implements AutoCloseable {
  static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.required(2, "part", Types.StringType.get()),
          Types.NestedField.optional(3, "at", Types.TimestampType.withZone()),
          Types.NestedField.optional(
              4,
              "attributes",
              Types.MapType.ofOptional(5, 6, Types.StringType.get(), Types.StringType.get())),
          Types.NestedField.optional(7, "payload", Types.BinaryType.get()));

  static final MaintenancePolicy POLICY =
      new MaintenancePolicy(4 << 20, 8, Duration.ZERO, Duration.ofHours(1), 10, Duration.ofDays(3));

  final Table table;
  final SnapshotLeases leases = new SnapshotLeases();
  final Points points = new Points();
  private final LakeCatalog catalog;
  private final TableIdentifier id;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private Duration ahead = Duration.ZERO;

  /** Restorable checkpoints as a test wants them. */
  static final class Points implements RestorableCheckpoints {
    List<Long> ids = List.of();
    Set<String> named = Set.of();

    @Override
    public List<Long> ids() {
      return ids;
    }

    @Override
    public Set<String> naming(Collection<String> fileNames) {
      return Set.copyOf(fileNames.stream().filter(named::contains).toList());
    }
  }

  /**
   * @param postgres of the catalog
   * @param folder of the warehouse, another one for each table
   */
  TestingTable(EmbeddedPostgres postgres, Path folder) {
    this.catalog =
        LakeCatalog.open(
            CatalogSpec.jdbc(
                    "lake",
                    postgres.getJdbcUrl("postgres", "postgres"),
                    "postgres",
                    "postgres",
                    folder.toString())
                .withoutFsync());
    catalog.ensureNamespace("raw");
    this.id = TableIdentifier.of("raw", "t" + UUID.randomUUID().toString().replace("-", ""));
    this.table =
        catalog
            .catalog()
            .createTable(
                id,
                SCHEMA,
                PartitionSpec.builderFor(SCHEMA).identity("part").build(),
                Map.of(
                    "format-version",
                    "2",
                    "commit.retry.min-wait-ms",
                    "5",
                    "commit.retry.num-retries",
                    "20"));
  }

  /** Another view of the table, for another thread. */
  Table again() {
    return catalog.catalog().loadTable(id);
  }

  void later(Duration by) {
    ahead = ahead.plus(by);
  }

  TableMaintenance maintenance(MaintenancePolicy policy) {
    return maintenance(policy, () -> Instant.now().plus(ahead));
  }

  TableMaintenance maintenance(MaintenancePolicy policy, InstantSource clock) {
    return new TableMaintenance(policy, leases, new TableLocks(), thread, clock);
  }

  /** One that takes turns with others of the same locks. */
  TableMaintenance maintenance(TableLocks locks) {
    return new TableMaintenance(POLICY, leases, locks, thread, () -> Instant.now().plus(ahead));
  }

  TableMaintenance.Order order() {
    return new TableMaintenance.Order(again(), null, TableMaintenance.Orphaned.REMOVE, points);
  }

  /** Everything that the table needs now, in one go. */
  List<Step> maintain() {
    List<Step> steps = maintenance(POLICY).run(order(), Pace.FULL);
    table.refresh();
    return steps;
  }

  Step maintain(Step.Action action) {
    return maintain().stream().filter(step -> step.action() == action).findFirst().orElseThrow();
  }

  /** One commit of one file. */
  Snapshot append(String part, long... ids) {
    return append(again(), part, Map.of(), ids);
  }

  /** The same as Iceberg's Flink sink does it. */
  Snapshot checkpoint(String job, long checkpoint, long... ids) {
    return append(
        again(),
        "a",
        Map.of(
            "flink.job-id",
            job,
            "flink.operator-id",
            "sink",
            "flink.max-committed-checkpoint-id",
            String.valueOf(checkpoint)),
        ids);
  }

  Snapshot append(Table to, String part, Map<String, String> summary, long... ids) {
    DataFile file = write(to, part, Instant.now().plus(ahead), ids);
    AppendFiles append = to.newAppend().appendFile(file);
    summary.forEach(append::set);
    append.commit();
    table.refresh();
    return java.util.Objects.requireNonNull(to.currentSnapshot());
  }

  static DataFile write(Table to, String part, Instant at, long... ids) {
    PartitionKey key = new PartitionKey(to.spec(), SCHEMA);
    GenericRecord first = record(part, at, 0);
    key.partition(first);
    DataWriter<Record> writer;
    try {
      writer =
          Parquet.writeData(
                  to.io().newOutputFile(to.location() + "/data/" + UUID.randomUUID() + ".parquet"))
              .forTable(to)
              .withSpec(to.spec())
              .withPartition(key)
              .createWriterFunc(GenericParquetWriter::create)
              .build();
      try (writer) {
        for (long id : ids) {
          writer.write(record(part, at, id));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writer.toDataFile();
  }

  private static GenericRecord record(String part, Instant at, long id) {
    GenericRecord record = GenericRecord.create(SCHEMA);
    record.setField("id", id);
    record.setField("part", part);
    record.setField("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
    record.setField("attributes", id % 2 == 0 ? Map.of("k", "v" + id) : null);
    record.setField("payload", ByteBuffer.wrap(("payload-" + id).getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  /** Every row as text, as the table now is. */
  List<String> rows() {
    return rows(again().currentSnapshot());
  }

  List<String> rows(Snapshot at) {
    List<String> rows = new ArrayList<>();
    Table now = again();
    try (CloseableIterable<FileScanTask> tasks =
        now.newScan().useSnapshot(at.snapshotId()).planFiles()) {
      for (FileScanTask task : tasks) {
        read(now, task.file(), rows);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows.stream().sorted().toList();
  }

  private static void read(Table now, DataFile file, List<String> rows) throws IOException {
    try (CloseableIterable<Record> records =
        Parquet.read(now.io().newInputFile(file.location()))
            .project(now.schema())
            .createReaderFunc(type -> GenericParquetReaders.buildReader(now.schema(), type))
            .build()) {
      for (Record record : records) {
        ByteBuffer payload = (ByteBuffer) record.getField("payload");
        rows.add(
            record.getField("id")
                + " "
                + record.getField("part")
                + " "
                + record.getField("attributes")
                + " "
                + StandardCharsets.UTF_8.decode(payload.duplicate())
                + " "
                + record.getField("at"));
      }
    }
  }

  List<DataFile> files() {
    List<DataFile> files = new ArrayList<>();
    Table now = again();
    now.newScan().includeColumnStats().planFiles().forEach(task -> files.add(task.file().copy()));
    return files;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    catalog.close();
  }
}
