package io.leat.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlinkCommitsTest {
  private static final Instant LONG_AGO = Instant.EPOCH;
  private final Instant justNow = Instant.now().plusSeconds(60);

  private Table table;

  @BeforeEach
  void createTable() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("raw"));
    table =
        catalog.createTable(
            TableIdentifier.of("raw", "events"),
            new Schema(Types.NestedField.required(1, "pos", Types.LongType.get())),
            PartitionSpec.unpartitioned());
  }

  /** As Iceberg's sink does with a checkpoint. */
  private void commit(String job, long checkpoint) {
    table
        .newAppend()
        .appendFile(file(job + checkpoint))
        .set("flink.job-id", job)
        .set("flink.operator-id", "operator")
        .set("flink.max-committed-checkpoint-id", String.valueOf(checkpoint))
        .commit();
  }

  private static DataFile file(String name) {
    return DataFiles.builder(PartitionSpec.unpartitioned())
        .withPath(name)
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(10)
        .withRecordCount(1)
        .build();
  }

  private int rollBack(@Nullable String job, long checkpoint, Instant completed) {
    return FlinkCommits.rollBack(table, new FlinkCommits.Restored(job, checkpoint, completed));
  }

  private Set<String> files() throws Exception {
    table.refresh();
    Set<String> files = new TreeSet<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      tasks.forEach(task -> files.add(task.file().location()));
    }
    return files;
  }

  @Test
  void whatIsNotAheadIsLeftAlone() throws Exception {
    assertThat(rollBack("a", 3, LONG_AGO)).isZero();
    commit("a", 1);
    commit("a", 3);
    List<Long> before = history();

    assertThat(rollBack("a", 3, LONG_AGO)).isZero();
    assertThat(rollBack("a", 4, LONG_AGO)).isZero();

    assertThat(history()).isEqualTo(before);
    assertThat(files()).containsExactly("a1", "a3");
  }

  @Test
  void theTableAtACheckpointIsFoundBehindLaterCommitsAndMerges() {
    assertThat(checkpointAt("a", 9)).isEmpty();
    commit("a", 1);
    commit("a", 3);
    table.newRewrite().deleteFile(file("a1")).addFile(file("merged")).commit();
    long merged = current();
    commit("a", 4);
    table.newRewrite().deleteFile(file("a3")).addFile(file("merged-3")).commit();
    List<Long> before = history();

    assertThat(checkpointAt("a", 3)).contains(merged);
    assertThat(checkpointAt("a", 2)).contains(table.history().get(0).snapshotId());
    assertThat(checkpointAt("a", 0)).isEmpty();
    assertThat(checkpointAt("a", 4)).contains(current());
    assertThat(history()).isEqualTo(before);
  }

  @Test
  void aSnapshotOfOthersHasTheNotesOfTheCommitBeforeIt() {
    assertThat(notesOfHead()).isEmpty();
    table.newAppend().appendFile(file("restored")).commit();
    assertThat(notesOfHead()).isEmpty();
    commit("a", 3);
    commit("b", 4);
    table.newRewrite().deleteFile(file("a3")).addFile(file("merged")).commit();
    table.newOverwrite().deleteFile(file("b4")).addFile(file("replaced")).commit();

    assertThat(notesOfHead())
        .isEqualTo(
            Map.of(
                "flink.job-id",
                "b",
                "flink.operator-id",
                "operator",
                "flink.max-committed-checkpoint-id",
                "4"));
    assertThat(FlinkCommits.newest(table).get(0).checkpoint()).isEqualTo(4);
  }

  private Map<String, String> notesOfHead() {
    table.refresh();
    Snapshot head = table.currentSnapshot();
    return head == null
        ? Map.of()
        : FlinkCommits.notes(((BaseTable) table).operations().current(), head);
  }

  private long current() {
    table.refresh();
    return table.currentSnapshot().snapshotId();
  }

  private Optional<Long> checkpointAt(String job, long checkpoint) {
    return FlinkCommits.at(table, new FlinkCommits.Restored(job, checkpoint, justNow))
        .map(Snapshot::snapshotId);
  }

  private List<Long> history() {
    List<Long> ids = new ArrayList<>();
    table.refresh();
    table.history().forEach(entry -> ids.add(entry.snapshotId()));
    return ids;
  }

  @Test
  void theTableGoesBackToItsNewestCommitOfTheCheckpointOrBefore() throws Exception {
    commit("a", 1);
    commit("a", 3);
    commit("b", 4); // restored from 3
    commit("b", 6);
    commit("c", 7); // restored from 6, whose files are lost with those of 7

    assertThat(rollBack("b", 5, justNow.minusSeconds(3_600))).isEqualTo(2);
    assertThat(files()).containsExactly("a1", "a3", "b4");

    commit("d", 6); // restored from 5
    assertThat(rollBack("d", 6, LONG_AGO)).isZero();
    assertThat(rollBack("a", 2, LONG_AGO)).isEqualTo(3);
    assertThat(files()).containsExactly("a1");
  }

  @Test
  void theFirstCommitIsUndoneToo() throws Exception {
    commit("a", 5);
    commit("a", 6);

    assertThat(rollBack("a", 4, LONG_AGO)).isEqualTo(2);
    assertThat(files()).isEmpty();

    commit("b", 5);
    assertThat(files()).containsExactly("b5");
    assertThat(table.currentSnapshot().parentId()).isNull();
  }

  /** Its checkpoints were lost once and it began anew: its numbers began at 1 again. */
  @Test
  void theCommitsOfAnEarlierLifeAreNotAhead() throws Exception {
    commit("old", 900);
    commit("old", 901);

    assertThat(rollBack("new", 2, justNow)).isZero();
    assertThat(rollBack(null, 2, justNow)).isZero();
    assertThat(files()).containsExactly("old900", "old901");

    commit("new", 3);
    assertThat(rollBack("new", 2, justNow)).isEqualTo(1);
    assertThat(files()).containsExactly("old900", "old901");
  }

  @Test
  void ofASavepointTheTimeTells() throws Exception {
    commit("a", 5);
    Instant between = Instant.now();
    while (!Instant.now().isAfter(between.plusMillis(2))) {
      Thread.onSpinWait();
    }
    commit("b", 6);

    assertThat(rollBack(null, 5, between.plusMillis(1))).isEqualTo(1);
    assertThat(files()).containsExactly("a5");
  }

  @Test
  void compactionBehindIsUndoneWithItAndCompactionBeforeIsKept() throws Exception {
    commit("a", 1);
    compact("a1", "compacted1");
    commit("a", 2);
    commit("a", 3);
    compact("a3", "compacted3");

    assertThat(rollBack("a", 1, LONG_AGO)).isEqualTo(2);
    assertThat(files()).containsExactly("compacted1");
    assertThat(rollBack("a", 1, LONG_AGO)).isZero();
  }

  private void compact(String from, String to) {
    table.newRewrite().deleteFile(file(from)).addFile(file(to)).commit();
  }

  @Test
  void whatOthersWroteBehindIsNotUndone() throws Exception {
    commit("a", 1);
    append("before");
    commit("a", 2);
    append("after");

    assertThatThrownBy(() -> rollBack("a", 1, LONG_AGO))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("after them somebody else changed it (snapshot ")
        .extracting(e -> ((LeatException) e).code())
        .isEqualTo(ErrorCode.CONFLICT);
    assertThat(files()).containsExactly("a1", "a2", "after", "before");
    assertThat(rollBack("a", 2, LONG_AGO)).isZero();
  }

  private void append(String file) {
    AppendFiles append = table.newAppend().appendFile(file(file));
    append.commit();
  }

  @Test
  void anExpiredSnapshotCannotBeGoneBackTo() throws Exception {
    commit("a", 1);
    commit("a", 2);
    table.expireSnapshots().expireSnapshotId(history().get(0)).commit();

    assertThat(rollBack("a", 2, LONG_AGO)).isZero();
    assertThatThrownBy(() -> rollBack("a", 1, LONG_AGO))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("the snapshot before them has expired");
    assertThat(files()).containsExactly("a1", "a2");
  }

  /** What expired between two merges may have been ahead of the checkpoint, too. */
  @Test
  void aMergeWhoseHistoryHasExpiredIsNotGoneBackTo() throws Exception {
    commit("a", 4);
    commit("a", 5);
    compact("a5", "compacted5");
    commit("a", 6);
    table
        .expireSnapshots()
        .expireSnapshotId(history().get(0))
        .expireSnapshotId(history().get(1))
        .commit();

    assertThatThrownBy(() -> rollBack("a", 4, LONG_AGO))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("the snapshot before them has expired");
    assertThat(files()).containsExactly("a4", "a6", "compacted5");
  }
}
