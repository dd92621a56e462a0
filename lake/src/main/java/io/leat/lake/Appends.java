package io.leat.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** Follows what is appended to a table, snapshot by snapshot. Owned by one thread. */
public final class Appends {
  /** What the rows of a poll are. */
  public enum Rows {
    /** Those that were appended since the poll before. */
    NEW,
    /** All that the table holds: what was told before is told again. */
    ALL
  }

  private static final Set<String> TAKE_AWAY =
      Set.of(DataOperations.OVERWRITE, DataOperations.DELETE);

  private final Table table;
  private final Schema columns;
  private @Nullable Long seen;

  /**
   * @param columns what is read of each row
   */
  public Appends(Table table, List<String> columns) {
    this.table = table;
    this.columns = table.schema().select(columns);
  }

  /**
   * Goes on behind a snapshot.
   *
   * @param columns what is read of each row
   * @param seen a snapshot whose rows are known
   */
  public Appends(Table table, List<String> columns, long seen) {
    this(table, columns);
    this.seen = seen;
  }

  /** The table that is followed, as the last poll found it. */
  public Table table() {
    return table;
  }

  /** The newest snapshot whose rows were told or passed over; null when there is none. */
  public @Nullable Long seen() {
    return seen;
  }

  /**
   * Passes over what the table holds now.
   *
   * @return the newest snapshot, null when there is none
   */
  public @Nullable Snapshot skip() {
    table.refresh();
    Snapshot current = table.currentSnapshot();
    seen = current == null ? null : current.snapshotId();
    return current;
  }

  /**
   * Reads the rows that were appended since the last call; all that the table holds at first, and
   * when the last call's snapshot is no longer in its history or rows were taken away since. When
   * it fails, the next call tells the same rows again.
   *
   * @param rows called with the snapshot that added a row, oldest first
   */
  public Rows poll(BiConsumer<Snapshot, Record> rows) {
    table.refresh();
    Snapshot current = table.currentSnapshot();
    if (current == null) {
      Rows told = seen == null ? Rows.NEW : Rows.ALL;
      seen = null;
      return told;
    }
    List<Snapshot> news = since(current);
    if (news == null) {
      readAll(current, rows);
    } else {
      for (Snapshot snapshot : news) {
        readAdded(snapshot, rows);
      }
    }
    seen = current.snapshotId();
    return news == null ? Rows.ALL : Rows.NEW;
  }

  /**
   * Reads the rows that were appended since the last call, or since {@link #skip()}; none when the
   * snapshot of then is no longer in the table's history. For those who want a sample of what is
   * new, however much there is besides.
   *
   * @param rows called with the snapshot that added a row, oldest first
   */
  public void pollNew(BiConsumer<Snapshot, Record> rows) {
    table.refresh();
    Snapshot current = table.currentSnapshot();
    List<Snapshot> news = current == null ? null : between(seen, current, Set.of());
    if (news != null) {
      for (Snapshot snapshot : news) {
        readAdded(snapshot, rows);
      }
    }
    seen = current == null ? null : current.snapshotId();
  }

  /** The snapshots behind the one that was seen, oldest first; null when they do not tell all. */
  private @Nullable List<Snapshot> since(Snapshot current) {
    return seen == null ? null : between(seen, current, TAKE_AWAY);
  }

  /**
   * The snapshots behind one, all when that is null; null when the history has a gap or one of the
   * refused operations.
   */
  private @Nullable List<Snapshot> between(
      @Nullable Long known, Snapshot current, Set<String> refused) {
    Deque<Snapshot> news = new ArrayDeque<>();
    @Nullable Snapshot at = current;
    Long id = current.snapshotId();
    while (id != null && !id.equals(known)) {
      if (at == null || refused.contains(at.operation())) {
        return null;
      }
      news.push(at);
      id = at.parentId();
      at = id == null ? null : table.snapshot(id);
    }
    return id == null && known != null ? null : List.copyOf(news);
  }

  private void readAll(Snapshot current, BiConsumer<Snapshot, Record> rows) {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      for (FileScanTask task : tasks) {
        read(task.file(), current, rows);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readAdded(Snapshot snapshot, BiConsumer<Snapshot, Record> rows) {
    if (!DataOperations.APPEND.equals(snapshot.operation())) {
      return; // Compaction and the like move rows, they add none.
    }
    SnapshotChanges.builderFor(table)
        .snapshot(snapshot)
        .build()
        .addedDataFiles()
        .forEach(file -> read(file, snapshot, rows));
  }

  private void read(DataFile file, Snapshot snapshot, BiConsumer<Snapshot, Record> rows) {
    try (CloseableIterable<Record> records =
        Parquet.read(table.io().newInputFile(file))
            .project(columns)
            .createReaderFunc(schema -> GenericParquetReaders.buildReader(columns, schema))
            .build()) {
      records.forEach(record -> rows.accept(snapshot, record));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
