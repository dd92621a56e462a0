package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkSettings;
import io.leat.app.engine.RestorePoints;
import io.leat.blueprint.Blueprint;
import io.leat.lake.CatalogSpec;
import io.leat.lake.FlinkCommits;
import io.leat.lake.Tables;
import io.leat.lake.maintenance.TableLocks;
import io.leat.stream.LakeTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeJobsTest {
  private static final TableIdentifier RAW = TableIdentifier.of("gauges_raw", "reading");

  private final Path directory;
  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final TableLocks locks = new TableLocks();
  private DataDirectory data;
  private FlinkEngine flink;
  private LakeJobs jobs;
  private Blueprint blueprint;

  LakeJobsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void start() throws IOException {
    blueprint =
        TestingBlueprint.gauges(Files.createDirectories(directory.resolve("gauges")), "value > 0");
    catalog.initialize("test", Map.of());
    new LakeTables(new Tables(catalog, Map.of())).ensure(blueprint);
    data = DataDirectory.open(directory.resolve("data"));
    flink = FlinkEngine.start(data, FlinkSettings.defaults());
    jobs =
        new LakeJobs(
            flink,
            new Properties(),
            new CatalogSpec("unused", CatalogSpec.Kind.JDBC, Map.of()),
            1,
            group -> {},
            locks,
            InstantSource.system());
  }

  @AfterEach
  void stop() throws IOException {
    flink.close();
    data.close();
    catalog.close();
  }

  /** Maintenance has the table while its job is started again. */
  @Test
  void aTableGoesBackOnlyWhenNobodyElseRearrangesIt() throws Exception {
    RestorePoints points = jobs.restorePoints("gauges");
    points.empty(4);
    commit(4);
    commit(5);
    CountDownLatch isHeld = new CountDownLatch(1);
    CountDownLatch isOver = new CountDownLatch(1);
    Thread maintenance =
        new Thread(
            () ->
                locks.with(
                    catalog.loadTable(RAW),
                    () -> {
                      isHeld.countDown();
                      uninterrupted(isOver);
                      return isOver;
                    }),
            "test-maintenance");
    maintenance.start();
    isHeld.await();
    Thread aligning = new Thread(() -> jobs.align(blueprint, catalog), "test-aligning");
    aligning.start();
    while (aligning.getState() != Thread.State.WAITING && aligning.isAlive()) {
      Thread.onSpinWait(); // until it waits for the lock, or has not done so
    }

    List<Long> meanwhile = commits();
    isOver.countDown();
    aligning.join();
    maintenance.join();

    assertThat(meanwhile).as("checkpoints of the table while it was held").containsExactly(5L, 4L);
    assertThat(commits()).containsExactly(4L);
  }

  private static void uninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Long> commits() {
    return FlinkCommits.newest(catalog.loadTable(RAW)).stream()
        .map(FlinkCommits.Commit::checkpoint)
        .toList();
  }

  private void commit(long checkpoint) {
    Table table = catalog.loadTable(RAW);
    table
        .newAppend()
        .appendFile(
            DataFiles.builder(table.spec())
                .withPartition(new PartitionKey(table.spec(), table.schema()))
                .withPath("raw-" + checkpoint)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(10)
                .withRecordCount(1)
                .build())
        .set("flink.job-id", "job")
        .set("flink.max-committed-checkpoint-id", String.valueOf(checkpoint))
        .commit();
  }
}
