package io.leat.lake.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.lake.Appends;
import io.leat.lake.Commits;
import io.leat.lake.SnapshotLeases;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestWriter;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableMaintenanceTest {
  private static final Duration DAY = Duration.ofDays(1);

  private EmbeddedPostgres postgres;
  private Path folder;
  private TestingTable lake;

  @BeforeAll
  void start() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  void stop() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void create(@TempDir Path empty) {
    folder = empty;
    lake = new TestingTable(postgres, folder);
  }

  @AfterEach
  void close() {
    lake.close();
  }

  @Test
  void everyRowStaysTheSameWhileAWriterGoesOn() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Long> writer =
        CompletableFuture.supplyAsync(
            () -> {
              Table own = lake.again();
              long id = 0;
              while (!enough.get()) {
                own.refresh();
                lake.append(own, id % 3 == 0 ? "b" : "a", Map.of(), id, id + 1);
                id += 2;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
              }
              return id;
            });
    long merged = 0;
    // What was written in one round is merged in a later one.
    for (int round = 0; round < 10 || (merged == 0 && round < 200); round++) {
      lake.later(Duration.ofMinutes(10));
      merged += lake.maintain(Step.Action.COMPACT).taken();
    }
    enough.set(true);
    long written = writer.get(60, TimeUnit.SECONDS);
    lake.maintain();

    assertThat(merged).isPositive();
    assertThat(lake.rows()).hasSize((int) written).doesNotHaveDuplicates();
    assertThat(lake.rows().stream().map(row -> Long.valueOf(row.substring(0, row.indexOf(' ')))))
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, written).boxed().toList());
    assertThat(lake.files()).hasSizeLessThanOrEqualTo(2 * 16);
  }

  @Test
  void mergingKeepsAllColumnsOfEveryRow() {
    for (int i = 0; i < 9; i++) {
      lake.append("a", 2L * i, 2L * i + 1);
    }
    List<String> before = lake.rows();

    Step merged = lake.maintain(Step.Action.COMPACT);

    assertThat(merged.taken()).isEqualTo(9);
    assertThat(merged.put()).isEqualTo(1);
    assertThat(lake.rows()).isEqualTo(before);
  }

  @Test
  void aPartitionWithFewSmallFilesIsNotTouched() {
    for (int i = 0; i < 8; i++) {
      lake.append("a", i);
      lake.append("b", 100 + i);
    }
    lake.append("b", 108);

    assertThat(lake.maintain(Step.Action.COMPACT).taken()).isEqualTo(9);
    assertThat(
            lake.files().stream().filter(file -> "a".equals(file.partition().get(0, String.class))))
        .hasSize(8);
  }

  @Test
  void whatWasJustCommittedIsLeftToTheWriters() {
    for (int i = 0; i < 9; i++) {
      lake.append("a", i);
    }
    MaintenancePolicy settling =
        new MaintenancePolicy(
            1 << 20, 8, Duration.ofMinutes(2), Duration.ofHours(1), 10, Duration.ofDays(3));

    assertThat(lake.maintenance(settling).run(lake.order(), Pace.FULL).get(1).taken()).isZero();
    lake.later(Duration.ofMinutes(3));
    assertThat(lake.maintenance(settling).run(lake.order(), Pace.FULL).get(1).taken()).isEqualTo(9);
  }

  @Test
  void mergedFilesCoverSuccessiveCommits() {
    for (int i = 0; i < 40; i++) {
      lake.append("a", i);
      if (i % 10 == 9) {
        lake.maintain();
      }
    }

    List<DataFile> files = new ArrayList<>(lake.files());
    files.sort(Comparator.comparingLong(file -> bound(file.lowerBounds())));
    for (int i = 1; i < files.size(); i++) {
      assertThat(bound(files.get(i).lowerBounds()))
          .isGreaterThan(bound(files.get(i - 1).upperBounds()));
    }
  }

  @Test
  void mergingGoesOnWhenTheBeginningOfTheHistoryHasExpired() {
    Snapshot first = lake.append("a", 0);
    for (int i = 1; i < 9; i++) {
      lake.append("a", i);
    }
    lake.later(DAY);
    lake.maintain();
    assertThat(lake.table.snapshot(first.snapshotId())).isNull();
    for (int i = 0; i < 9; i++) {
      lake.append("a", 100 + i);
    }

    assertThat(lake.maintain(Step.Action.COMPACT).taken()).isGreaterThanOrEqualTo(9);
    assertThat(lake.rows()).hasSize(18);
  }

  @Test
  void aRowIsWrittenAgainOnlyAFewTimes() {
    long written = 0;
    for (int i = 0; i < 60; i++) {
      lake.append("a", i);
      written += lake.maintain(Step.Action.COMPACT).taken();
    }

    assertThat(lake.files()).hasSizeLessThan(24);
    assertThat(written).isLessThan(3 * 60);
  }

  @Test
  void aRolledBackTableMakesTheMergeGiveWay() {
    List<Snapshot> commits = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      commits.add(lake.append("a", i));
    }
    AtomicBoolean once = new AtomicBoolean();
    Pace rollBack =
        () -> {
          if (once.compareAndSet(false, true)) {
            lake.again().manageSnapshots().rollbackTo(commits.get(3).snapshotId()).commit();
          }
        };

    List<Step> steps = lake.maintenance(TestingTable.POLICY).run(lake.order(), rollBack);

    assertThat(steps.get(1).taken()).isZero();
    assertThat(lake.rows()).hasSize(4);
  }

  @Test
  void whatIsStoppedLeavesNothingBehind() throws IOException {
    for (int i = 0; i < 9; i++) {
      lake.append("a", i);
    }
    long before = count();
    List<String> rows = lake.rows();
    Pace stop =
        () -> {
          throw new CancellationException("stop");
        };

    assertThatThrownBy(() -> lake.maintenance(TestingTable.POLICY).run(lake.order(), stop))
        .isInstanceOf(CancellationException.class);
    assertThat(count()).isEqualTo(before);
    assertThat(lake.rows()).isEqualTo(rows);
  }

  @Test
  void aPlanChangesNothing() throws IOException {
    for (int i = 0; i < 30; i++) {
      lake.append("a", i);
    }
    lake.later(DAY);
    long before = count();

    List<Step> plan = lake.maintenance(TestingTable.POLICY).plan(lake.order(), Pace.FULL);

    assertThat(plan.get(1).taken()).isEqualTo(30);
    assertThat(plan.get(3).taken()).isEqualTo(29);
    assertThat(count()).isEqualTo(before);
  }

  @Test
  void aSnapshotStaysAsLongAsItWasTheNewestAShortTimeAgo() throws InterruptedException {
    for (int i = 0; i < 9; i++) {
      lake.append("a", i);
    }
    Snapshot planned = lake.table.currentSnapshot();
    MaintenancePolicy brief =
        new MaintenancePolicy(
            1 << 20, 8, Duration.ZERO, Duration.ofMillis(500), 10, Duration.ofDays(3));
    Thread.sleep(600);
    Instant now = Instant.now();

    // It is older than snapshots are kept, but merging takes its place only this moment.
    List<Step> steps =
        lake.maintenance(brief, InstantSource.fixed(now)).run(lake.order(), Pace.FULL);

    assertThat(steps.get(1).taken()).isEqualTo(9);
    lake.table.refresh();
    assertThat(lake.table.snapshot(planned.snapshotId())).isNotNull();
    assertThat(lake.rows(planned)).hasSize(9);

    lake.maintenance(brief, InstantSource.fixed(now.plus(DAY))).run(lake.order(), Pace.FULL);
    lake.table.refresh();
    assertThat(lake.table.snapshot(planned.snapshotId())).isNull();
  }

  @Test
  void aSnapshotThatAQueryReadsStays() {
    Snapshot read = lake.append("a", 1);
    for (int i = 2; i < 12; i++) {
      lake.append("a", i);
    }
    SnapshotLeases.Reader reader = lake.leases.reader();
    reader.hold(lake.table, read.snapshotId());
    lake.later(DAY);

    lake.maintain();
    assertThat(lake.table.snapshot(read.snapshotId())).isNotNull();
    assertThat(lake.rows(read)).hasSize(1);

    reader.close();
    lake.later(DAY);
    lake.maintain();
    assertThat(lake.table.snapshot(read.snapshotId())).isNull();
  }

  @Test
  void theCommitterFindsItsCheckpointAcrossMergesAndExpiry() {
    for (int i = 1; i <= 30; i++) {
      lake.checkpoint("old-job", i, i);
    }
    lake.checkpoint("new-job", 31, 31);
    for (int round = 0; round < 3; round++) {
      lake.later(DAY);
      lake.maintain();
      for (int i = 0; i < 9; i++) {
        lake.append("a", 1_000 * (round + 1) + i);
      }
    }
    lake.later(DAY);
    lake.maintain();

    assertThat(committed("new-job")).isEqualTo(31);
    assertThat(committed("old-job")).isEqualTo(30);
    assertThat(count(lake.table)).isLessThan(60);
  }

  @Test
  void theTableCanBeRolledBackToEveryRestorableCheckpoint() {
    for (int i = 1; i <= 30; i++) {
      lake.checkpoint("job", i, i);
    }
    lake.points.ids = List.of(30L, 17L, 5L);
    lake.later(DAY);

    lake.maintain();

    for (long point : lake.points.ids) {
      Snapshot at = snapshot(point);
      assertThat(at).as("checkpoint %s", point).isNotNull();
      assertThat(lake.rows(at)).hasSize((int) point);
    }
    assertThat(snapshot(21)).isNotNull();
    assertThat(snapshot(20)).isNull();
  }

  @Test
  void withoutKnowledgeOfCheckpointsNothingExpires() {
    for (int i = 1; i <= 30; i++) {
      lake.checkpoint("job", i, i);
    }
    lake.later(DAY);
    RestorableCheckpoints unknown =
        new RestorableCheckpoints() {
          @Override
          public List<Long> ids() throws IOException {
            throw new IOException("The disk is away");
          }

          @Override
          public Set<String> naming(java.util.Collection<String> names) throws IOException {
            throw new IOException("The disk is away");
          }
        };

    assertThatThrownBy(
            () ->
                lake.maintenance(TestingTable.POLICY)
                    .run(
                        new TableMaintenance.Order(
                            lake.again(), null, TableMaintenance.Orphaned.REMOVE, unknown),
                        Pace.FULL))
        .hasRootCauseMessage("The disk is away");
    assertThat(snapshot(1)).isNotNull();
  }

  @Test
  void expiryTakesTheFilesThatOnlyTheOldNamed() throws IOException {
    for (int i = 0; i < 40; i++) {
      lake.append("a", i);
    }
    lake.maintain();
    lake.later(DAY);

    Step expired = lake.maintain(Step.Action.EXPIRE);

    assertThat(expired.taken()).isPositive();
    assertThat(expired.deleted()).isGreaterThanOrEqualTo(40);
    assertThat(dataFiles()).isEqualTo(lake.files().size());
    assertThat(lake.rows()).hasSize(40);
  }

  @Test
  void orphansGoWhenTheyAreOld() throws IOException {
    lake.append("a", 1);
    DataFile orphan = TestingTable.write(lake.table, "a", Instant.now(), 2);

    assertThat(lake.maintain(Step.Action.ORPHANS).taken()).isZero();
    lake.later(DAY.multipliedBy(4));
    assertThat(lake.maintain(Step.Action.ORPHANS).deleted()).isEqualTo(1);

    assertThat(Path.of(orphan.location())).doesNotExist();
    assertThat(lake.rows()).hasSize(1);
    assertThat(lake.maintain(Step.Action.ORPHANS).taken()).isZero();
  }

  @Test
  void whatACheckpointNamesIsNoOrphan() throws IOException {
    lake.append("a", 1);
    String flink = "0123456789abcdef0123456789abcdef-raw-telemetry-00000-0-7-00001.avro";
    DataFile pending = TestingTable.write(lake.table, "a", Instant.now(), 2);
    Path manifest = flinkManifest(flink, pending);
    lake.points.named = Set.of(flink);
    lake.later(DAY.multipliedBy(4));

    assertThat(lake.maintain(Step.Action.ORPHANS).taken()).isZero();
    assertThat(Path.of(pending.location())).exists();
    assertThat(manifest).exists();

    lake.points.named = Set.of();
    assertThat(lake.maintain(Step.Action.ORPHANS).taken()).isEqualTo(2);
  }

  @Test
  void whatAYoungListOfPendingFilesNamesIsNoOrphan() throws IOException {
    lake.append("a", 1);
    DataFile pending = TestingTable.write(lake.table, "a", Instant.now(), 2);
    Path manifest =
        flinkManifest("0123456789abcdef0123456789abcdef-sink-00000-0-7-00001.avro", pending);
    Files.setLastModifiedTime(manifest, FileTime.from(Instant.now().plus(DAY.multipliedBy(3))));
    lake.later(DAY.multipliedBy(4));

    assertThat(lake.maintain(Step.Action.ORPHANS).taken()).isZero();
    assertThat(Path.of(pending.location())).exists();
  }

  @Test
  void rowsAgeOutByWholeFiles() {
    lake.append("a", 1, 2);
    lake.later(DAY.multipliedBy(3));
    lake.append("a", 3);
    lake.later(DAY);

    List<Step> steps =
        lake.maintenance(TestingTable.POLICY)
            .run(
                new TableMaintenance.Order(
                    lake.again(),
                    new TableMaintenance.Rule("at", DAY.multipliedBy(2)),
                    TableMaintenance.Orphaned.LEAVE,
                    lake.points),
                Pace.FULL);

    assertThat(steps.get(0).taken()).isEqualTo(1);
    assertThat(lake.rows()).singleElement().asString().startsWith("3 ");
  }

  @Test
  void manyManifestsBecomeFew() {
    Table own = lake.again();
    own.updateProperties().set("commit.manifest-merge.enabled", "false").commit();
    for (int i = 0; i < 45; i++) {
      lake.append("p" + i, i);
    }
    List<String> rows = lake.rows();

    Step merged = lake.maintain(Step.Action.MANIFESTS);

    assertThat(merged.taken()).isEqualTo(45);
    assertThat(merged.put()).isEqualTo(1);
    assertThat(lake.table.currentSnapshot().allManifests(lake.table.io())).hasSize(1);
    assertThat(lake.rows()).isEqualTo(rows);
  }

  @Test
  void whoFollowsAppendsCountsNoRowTwice() {
    Appends all = new Appends(lake.again(), List.of("id"));
    Appends fresh = new Appends(lake.again(), List.of("id"));
    fresh.skip();
    List<Long> told = new ArrayList<>();
    List<Long> isNew = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      lake.append("a", i);
      if (i % 7 == 0) {
        lake.maintain();
        all.poll((snapshot, row) -> told.add((Long) row.getField("id")));
        fresh.pollNew((snapshot, row) -> isNew.add((Long) row.getField("id")));
      }
    }

    assertThat(told).containsExactlyElementsOf(LongStream.range(0, 29).boxed().toList());
    // Its first look, at the first row, found an empty table before.
    assertThat(isNew).containsExactlyElementsOf(LongStream.range(1, 29).boxed().toList());

    lake.later(DAY);
    lake.maintain();
    List<Long> again = new ArrayList<>();
    assertThat(all.poll((snapshot, row) -> again.add((Long) row.getField("id"))))
        .isEqualTo(Appends.Rows.ALL);
    assertThat(new HashSet<>(again)).hasSize(30).hasSameSizeAs(again);
    fresh.pollNew((snapshot, row) -> isNew.add(-1L));
    assertThat(isNew).doesNotContain(-1L);
    lake.append("a", 77);
    fresh.pollNew((snapshot, row) -> isNew.add((Long) row.getField("id")));
    assertThat(isNew).endsWith(77L).doesNotContain(-1L);
  }

  @Test
  void aRowsCommitIsToldAcrossMergesAndUnknownAfterExpiry() throws InterruptedException {
    Instant committed = Instant.MIN;
    for (int i = 0; i < 30; i++) {
      Thread.sleep(2);
      Snapshot commit = lake.append("a", i);
      if (i == 4) {
        committed = Instant.ofEpochMilli(commit.timestampMillis());
      }
      if (i % 10 == 9) {
        lake.maintain();
      }
    }

    assertThat(lake.files()).hasSizeLessThan(12);
    assertThat(new Commits(lake.again()).of(Expressions.equal("id", 4L))).contains(committed);

    lake.later(DAY);
    lake.maintain();
    assertThat(new Commits(lake.again()).of(Expressions.equal("id", 4L))).isEmpty();
  }

  private Path flinkManifest(String name, DataFile pending) throws IOException {
    Path path = Path.of(lake.table.location(), "metadata", name);
    ManifestWriter<DataFile> writer =
        ManifestFiles.write(
            2, lake.table.spec(), lake.table.io().newOutputFile(path.toString()), 0L);
    try (writer) {
      writer.add(DataFiles.builder(lake.table.spec()).copy(pending).build());
    }
    return path;
  }

  /** As Iceberg's committer looks for it. */
  private long committed(String job) {
    for (Snapshot at = lake.table.currentSnapshot(); at != null; at = parent(at)) {
      if (job.equals(at.summary().get("flink.job-id"))) {
        return Long.parseLong(at.summary().get("flink.max-committed-checkpoint-id"));
      }
    }
    return -1;
  }

  private @Nullable Snapshot parent(Snapshot of) {
    return of.parentId() == null ? null : lake.table.snapshot(of.parentId());
  }

  private @Nullable Snapshot snapshot(long checkpoint) {
    for (Snapshot at : lake.table.snapshots()) {
      if (String.valueOf(checkpoint)
          .equals(at.summary().get("flink.max-committed-checkpoint-id"))) {
        return at;
      }
    }
    return null;
  }

  private static long bound(Map<Integer, ByteBuffer> bounds) {
    return Conversions.fromByteBuffer(Types.LongType.get(), bounds.get(1));
  }

  private static int count(Table table) {
    int snapshots = 0;
    for (Snapshot ignored : table.snapshots()) {
      snapshots++;
    }
    return snapshots;
  }

  private long count() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private long dataFiles() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).count();
    }
  }
}
