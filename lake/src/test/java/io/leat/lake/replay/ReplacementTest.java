package io.leat.lake.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.lake.EventTables;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.maintenance.TableLocks;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A quarantine of two streams, whose rows of one are replaced while others are appended. */
class ReplacementTest {
  private static final Instant T = Instant.parse("2026-03-01T10:00:00Z");
  private static final ReplayRange RANGE =
      new ReplayRange(T, T.plusSeconds(1_000), 2, Map.of(0, 100L));

  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final SnapshotLeases leases = new SnapshotLeases();
  private Table table;
  private Table shadow;

  @BeforeEach
  void create() throws IOException {
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("raw"));
    table = table("quarantine");
    shadow = table("shadow");
    append(table, "old", "a", 2, 0, 10, 20, 30, 150);
    append(table, "old", "b", 2, 0, 20);
    append(table, "old", "a", 1, 0, 20);
    append(shadow, "new", "a", 2, 0, 20, 40);
  }

  @AfterEach
  void close() throws IOException {
    catalog.close();
  }

  private Table table(String name) {
    return catalog.createTable(
        TableIdentifier.of("raw", name),
        EventTables.quarantine(),
        PartitionSpec.builderFor(EventTables.quarantine()).day("quarantined_at").build(),
        Map.of(
            "format-version",
            "2",
            "commit.retry.num-retries",
            "50",
            "commit.retry.min-wait-ms",
            "2"));
  }

  private Table again(String name) {
    return catalog.loadTable(TableIdentifier.of("raw", name));
  }

  /** Received at as many seconds as their offset. */
  private static void append(
      Table to, String reason, String stream, int epoch, int partition, long... offsets)
      throws IOException {
    try (FileSet<StructLike> files = FileSet.of(to, to.spec(), "test")) {
      for (long offset : offsets) {
        GenericRecord row = GenericRecord.create(to.schema());
        long received = T.plusSeconds(offset).toEpochMilli() * 1_000;
        row.setField("stream", stream);
        row.setField("code", "code");
        row.setField("reason", reason);
        row.setField("stage", "parse");
        row.setField("received_at", received);
        row.setField("quarantined_at", received);
        row.setField("log_epoch", epoch);
        row.setField("log_partition", partition);
        row.setField("log_offset", offset);
        row.setField("payload_encoding", "identity");
        files.write(row);
      }
      AppendFiles append = to.newAppend();
      files.complete().forEach(append::appendFile);
      append.commit();
    }
  }

  private List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String stream : List.of("a", "b")) {
      PositionedTable.quarantine(again("quarantine"), stream)
          .read(
              new ReplayRange(Instant.EPOCH, T.plusSeconds(1_000_000), 99, Map.of()),
              List.of("reason"),
              leases,
              Pace.FULL,
              row ->
                  rows.add(
                      stream
                          + " "
                          + row.epoch()
                          + "@"
                          + row.offset()
                          + " "
                          + row.values().get(0, String.class)));
    }
    return rows.stream().sorted().toList();
  }

  private Replacement replacement(Pace pace) {
    return replacement(again("quarantine"), pace);
  }

  private static PositionSet positions(long... offsets) {
    PositionSet positions = new PositionSet();
    LongStream.of(offsets).forEach(offset -> positions.add(2, 0, offset));
    return positions;
  }

  @Test
  void onlyTheRowsOfTheStreamAtThesePositionsGo() throws Exception {
    Replacement replacement = replacement(Pace.FULL);
    replacement.prepare(PositionedTable.quarantine(shadow, "a"));
    assertThat(rows()).hasSize(6);

    replacement.commit(positions(10, 20, 40, 150), new TableLocks());

    assertThat(rows())
        .containsExactly(
            "a 1@20 old", "a 2@150 old", "a 2@20 new", "a 2@30 old", "a 2@40 new", "b 2@20 old");
    Snapshot head = again("quarantine").currentSnapshot();
    assertThat(head.operation()).isEqualTo(DataOperations.OVERWRITE);
    assertThat(Replacement.isIn(again("quarantine"), "replay-1")).isTrue();
    assertThat(Replacement.isIn(again("quarantine"), "replay-2")).isFalse();
  }

  @Test
  void aCommitThatIsThereAlreadyIsNotMadeAgain() throws Exception {
    Replacement first = replacement(Pace.FULL);
    first.prepare(PositionedTable.quarantine(shadow, "a"));
    first.commit(positions(10, 20, 40), new TableLocks());
    List<String> once = rows();

    Replacement second = replacement(Pace.FULL);
    second.prepare(PositionedTable.quarantine(shadow, "a"));
    second.commit(positions(10, 20, 40), new TableLocks());

    assertThat(rows()).isEqualTo(once);
  }

  @Test
  void whatIsAppendedMeanwhileStays() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger appended = new AtomicInteger();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              Table own = again("quarantine");
              try {
                for (int i = 0; !enough.get() || i < 5; i++) {
                  append(own, "live", "a", 2, 0, 1_000 + i);
                  appended.incrementAndGet();
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    // Appends come in between any two steps, also between the plan and the commit.
    Replacement replacement =
        replacement(
            () -> {
              int seen = appended.get();
              while (appended.get() == seen && !writer.isDone()) {
                Thread.onSpinWait();
              }
            });

    replacement.prepare(PositionedTable.quarantine(shadow, "a"));
    replacement.commit(positions(10, 20, 40), new TableLocks());
    enough.set(true);
    writer.join();

    List<String> rows = rows();
    assertThat(rows.stream().filter(row -> row.endsWith("live")))
        .hasSize(appended.get())
        .doesNotHaveDuplicates();
    assertThat(rows.stream().filter(row -> !row.endsWith("live")))
        .containsExactly(
            "a 1@20 old", "a 2@150 old", "a 2@20 new", "a 2@30 old", "a 2@40 new", "b 2@20 old");
  }

  /** Somebody who knows no lock of this process merges the files that are about to be replaced. */
  @Test
  void whoMovesRowsMeanwhileMakesItBeginAgain() throws Exception {
    AtomicInteger moves = new AtomicInteger();
    Replacement replacement =
        replacement(
            () -> {
              if (moves.getAndIncrement() == 3) {
                move();
              }
            });
    replacement.prepare(PositionedTable.quarantine(shadow, "a"));

    replacement.commit(positions(10, 20, 40), new TableLocks());

    assertThat(moves.get()).as("steps").isGreaterThan(4);
    assertThat(rows())
        .containsExactly(
            "a 1@20 old", "a 2@150 old", "a 2@20 new", "a 2@30 old", "a 2@40 new", "b 2@20 old");
  }

  @Test
  void afterTooManyMovesItGivesUpAndNothingIsChanged() throws Exception {
    List<String> before = rows();
    Replacement replacement = replacement(this::move);
    replacement.prepare(PositionedTable.quarantine(shadow, "a"));

    assertThatThrownBy(() -> replacement.commit(positions(10, 20, 40), new TableLocks()))
        .isInstanceOf(ValidationException.class);

    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void whatAFailedReplacementPreparedIsRemoved() throws Exception {
    List<String> before = rows();
    WatchedTable watched = new WatchedTable(again("quarantine"));
    Replacement replacement = replacement(watched, this::move);
    replacement.prepare(PositionedTable.quarantine(shadow, "a"));
    Set<String> prepared = Set.copyOf(watched.written);
    assertThat(prepared).isNotEmpty().allMatch(this::exists);
    assertThatThrownBy(() -> replacement.commit(positions(10, 20, 40), new TableLocks()))
        .isInstanceOf(ValidationException.class);
    assertThat(watched.written).as("files of the attempts").hasSizeGreaterThan(prepared.size());

    replacement.discard();

    assertThat(watched.written).noneMatch(this::exists);
    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void whatIsCommittedIsNeverDiscarded() throws Exception {
    WatchedTable watched = new WatchedTable(again("quarantine"));
    Replacement replacement = replacement(watched, Pace.FULL);
    replacement.prepare(PositionedTable.quarantine(shadow, "a"));
    replacement.commit(positions(10, 20, 40), new TableLocks());
    List<String> replaced = rows();

    replacement.discard();

    assertThat(watched.written).isNotEmpty().allMatch(this::exists);
    assertThat(rows()).isEqualTo(replaced);
  }

  /** The commit may have come through. */
  @Test
  void whileTheTableDoesNotTellWhetherItHasThemNoFileGoes() throws Exception {
    WatchedTable watched = new WatchedTable(again("quarantine"));
    Replacement replacement = replacement(watched, Pace.FULL);
    replacement.prepare(PositionedTable.quarantine(shadow, "a"));
    watched.isAway = true;

    replacement.discard();

    assertThat(watched.written).isNotEmpty().allMatch(this::exists);
    watched.isAway = false;
    replacement.discard();
    assertThat(watched.written).noneMatch(this::exists);
  }

  private Replacement replacement(Table into, Pace pace) {
    return new Replacement(PositionedTable.quarantine(into, "a"), RANGE, "replay-1", leases, pace);
  }

  private boolean exists(String location) {
    return ((InMemoryFileIO) table.io()).fileExists(location);
  }

  /** Knows which files were begun for it. */
  private static final class WatchedTable extends BaseTable {
    private final List<String> written = new ArrayList<>();
    private boolean isAway;

    WatchedTable(Table table) {
      super(((BaseTable) table).operations(), table.name());
    }

    @Override
    public void refresh() {
      if (isAway) {
        throw new RESTException("the catalog is away");
      }
      super.refresh();
    }

    @Override
    public FileIO io() {
      FileIO io = super.io();
      return new FileIO() {
        @Override
        public InputFile newInputFile(String path) {
          return io.newInputFile(path);
        }

        @Override
        public OutputFile newOutputFile(String path) {
          written.add(path);
          return io.newOutputFile(path);
        }

        @Override
        public void deleteFile(String path) {
          io.deleteFile(path);
        }
      };
    }
  }

  /** Puts a copy of each file in its place. */
  private void move() {
    Table own = again("quarantine");
    var rewrite = own.newRewrite();
    try {
      List<DataFile> files = new ArrayList<>();
      own.newScan().planFiles().forEach(task -> files.add(task.file()));
      for (DataFile file : files) {
        try (FileSet<StructLike> copy = FileSet.of(own, own.spec(), "moved")) {
          for (String stream : List.of("a", "b")) {
            PositionedTable.quarantine(own, stream)
                .readFile(
                    file,
                    own.schema().columns().stream().map(column -> column.name()).toList(),
                    org.apache.iceberg.expressions.Expressions.alwaysTrue(),
                    Pace.FULL,
                    row -> copy.write(row.values()));
          }
          copy.complete().forEach(rewrite::addFile);
        }
        rewrite.deleteFile(file);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    rewrite.commit();
  }
}
