package io.leat.bench;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.PostgresEngine;
import io.leat.app.engine.PostgresSettings;
import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.Tables;
import io.leat.lake.maintenance.CoreShare;
import io.leat.lake.maintenance.MaintenancePolicy;
import io.leat.lake.maintenance.RestorableCheckpoints;
import io.leat.lake.maintenance.Step;
import io.leat.lake.maintenance.TableLocks;
import io.leat.lake.maintenance.TableMaintenance;
import io.leat.query.QueryEngine;
import io.leat.query.QuerySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/**
 * An hour of commits each second, maintained as by default. Compares queries over the maintained
 * table with the same rows loaded at once, and with the same commits without maintenance. {@code
 * UpkeepSoak DIRECTORY [COMMITS]}.
 */
public final class UpkeepSoak {
  private static final int ROWS_PER_COMMIT = 400;
  private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);
  private static final Duration ROUND_EVERY = Duration.ofSeconds(15);
  private static final int QUERIES = 41;
  private static final Instant START = Instant.parse("2024-03-01T06:00:00Z");

  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.optional(1, "device", Types.StringType.get()),
          Types.NestedField.optional(2, "ts", Types.TimestampType.withZone()),
          Types.NestedField.optional(3, "temperature", Types.DoubleType.get()),
          Types.NestedField.optional(4, "humidity", Types.DoubleType.get()),
          Types.NestedField.optional(5, "_event_id", Types.StringType.get()),
          Types.NestedField.optional(6, "_log_partition", Types.IntegerType.get()),
          Types.NestedField.optional(7, "_log_offset", Types.LongType.get()));

  private static final List<String> STATEMENTS =
      List.of(
          "SELECT count(*), avg(temperature) FROM lake.%s",
          "SELECT device, max(humidity) FROM lake.%s GROUP BY device ORDER BY 1 LIMIT 10",
          "SELECT count(*) FROM lake.%s WHERE ts >= TIMESTAMPTZ '2024-03-01T06:50:00Z'");

  private final LakeCatalog lake;
  private final PrintStream out;
  private final int commits;

  private UpkeepSoak(LakeCatalog lake, PrintStream out, int commits) {
    this.lake = lake;
    this.out = out;
    this.commits = commits;
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    int commits = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3_600;
    try (DataDirectory data = DataDirectory.open(directory);
        PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults());
        LakeCatalog lake =
            LakeCatalog.open(
                CatalogSpec.jdbc(
                    "leat",
                    postgres.jdbcUrl(),
                    postgres.user(),
                    postgres.password(),
                    data.warehouse().toString()))) {
      new UpkeepSoak(lake, System.out, commits).run(directory.resolve("query"));
    }
  }

  private void run(Path queryDirectory) throws Exception {
    Table kept = create("kept");
    Table left = create("left_alone");
    Table bulk = create("bulk");
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong cpu = new AtomicLong();
    AtomicLong mostFiles = new AtomicLong();
    ExecutorService keeper = Executors.newSingleThreadExecutor();
    var keeping =
        keeper.submit(() -> keep(lake.catalog().loadTable(id("kept")), over, cpu, mostFiles));
    Random random = new Random(20_261_121);
    List<Record> all = new ArrayList<>();
    long start = System.nanoTime();
    long slowest = 0;
    for (int i = 0; i < commits; i++) {
      List<Record> rows = rows(i, random);
      all.addAll(rows);
      long begun = System.nanoTime();
      commit(kept, rows);
      slowest = Math.max(slowest, System.nanoTime() - begun);
      commit(left, rows);
      long due = start + COMMIT_EVERY.toNanos() * (i + 1);
      LockSupport.parkNanos(due - System.nanoTime());
    }
    long elapsed = System.nanoTime() - start;
    over.set(true);
    keeping.get(5, TimeUnit.MINUTES);
    keeper.shutdown();
    commit(bulk, all);
    all.clear();
    out.printf(
        "commits=%d elapsed=%.1fs slowest commit=%.0fms maintenance cpu=%.1fs (%.1f%% of a core)"
            + " most live files=%d%n",
        commits,
        elapsed / 1e9,
        slowest / 1e6,
        cpu.get() / 1e9,
        100.0 * cpu.get() / elapsed,
        mostFiles.get());
    try (QueryEngine queries =
        new QueryEngine(
            QuerySettings.defaults(queryDirectory), lake.catalog(), new SimpleMeterRegistry())) {
      for (String statement : STATEMENTS) {
        out.println(statement);
        for (String table : List.of("bulk", "kept", "left_alone")) {
          out.printf(
              "  %-10s %8.1f ms median of %d, %d files%n",
              table, median(queries, statement.formatted(table)), QUERIES, files(table));
        }
      }
    }
  }

  private void keep(Table table, AtomicBoolean over, AtomicLong cpu, AtomicLong mostFiles) {
    ExecutorService manifests = Executors.newSingleThreadExecutor();
    TableMaintenance maintenance =
        new TableMaintenance(
            MaintenancePolicy.defaults(),
            new SnapshotLeases(),
            new TableLocks(),
            manifests,
            InstantSource.system());
    try {
      while (!over.get()) {
        LockSupport.parkNanos(ROUND_EVERY.toNanos());
        List<Step> steps =
            maintenance.run(
                new TableMaintenance.Order(
                    table, null, TableMaintenance.Orphaned.LEAVE, RestorableCheckpoints.NONE),
                new CoreShare(0.25, () -> false));
        cpu.set(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
        mostFiles.accumulateAndGet(files("kept"), Math::max);
        out.printf("  %s files=%d%n", steps, files("kept"));
      }
    } finally {
      manifests.shutdownNow();
    }
  }

  private Table create(String name) {
    lake.ensureNamespace("lake");
    return new Tables(lake.catalog(), Map.of())
        .ensure(
            id(name),
            SCHEMA,
            schema -> PartitionSpec.builderFor(schema).day("ts").build(),
            Set.of())
        .table();
  }

  private static TableIdentifier id(String name) {
    return TableIdentifier.of("lake", name);
  }

  private static List<Record> rows(int commit, Random random) {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < ROWS_PER_COMMIT; i++) {
      GenericRecord row = GenericRecord.create(SCHEMA);
      Instant at = START.plusSeconds(commit).plusMillis(1_000L * i / ROWS_PER_COMMIT);
      row.setField("device", "device-" + random.nextInt(500));
      row.setField("ts", OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
      row.setField("temperature", 20 + random.nextGaussian());
      row.setField("humidity", random.nextInt(1_000) / 10.0);
      row.setField("_event_id", UUID.nameUUIDFromBytes(new byte[] {(byte) i}) + "-" + commit);
      row.setField("_log_partition", i % 4);
      row.setField("_log_offset", (long) commit * ROWS_PER_COMMIT / 4 + i / 4);
      rows.add(row);
    }
    return rows;
  }

  private static void commit(Table table, List<Record> rows) throws IOException {
    PartitionKey key = new PartitionKey(table.spec(), table.schema());
    key.partition(
        new org.apache.iceberg.data.InternalRecordWrapper(table.schema().asStruct())
            .wrap(rows.get(0)));
    DataWriter<Record> writer =
        Parquet.writeData(
                table
                    .io()
                    .newOutputFile(table.location() + "/data/" + UUID.randomUUID() + ".parquet"))
            .forTable(table)
            .withSpec(table.spec())
            .withPartition(key)
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      rows.forEach(writer::write);
    }
    DataFile file = writer.toDataFile();
    table.refresh();
    table.newAppend().appendFile(file).commit();
  }

  private long files(String table) {
    Snapshot head = lake.catalog().loadTable(id(table)).currentSnapshot();
    return head == null ? 0 : Long.parseLong(head.summary().get("total-data-files"));
  }

  private static double median(QueryEngine queries, String sql) {
    double[] millis = new double[QUERIES];
    queries.query(sql, 100);
    for (int i = 0; i < QUERIES; i++) {
      long start = System.nanoTime();
      queries.query(sql, 100);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(millis);
    return millis[QUERIES / 2];
  }
}
