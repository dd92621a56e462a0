package io.leat.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.iceberg.DataFile;
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
   * Reads the rows that were appended since the last call; at first, all that the table holds.
   *
   * @param rows called with the snapshot that added a row, oldest first
   */
  public void poll(BiConsumer<Snapshot, Record> rows) {
    table.refresh();
    Snapshot current = table.currentSnapshot();
    if (current == null || (seen != null && seen == current.snapshotId())) {
      return;
    }
    if (seen == null) {
      readAll(current, rows);
    } else {
      Deque<Snapshot> news = new ArrayDeque<>();
      Snapshot at = current;
      while (at != null && at.snapshotId() != seen) {
        news.push(at);
        Long parent = at.parentId();
        at = parent == null ? null : table.snapshot(parent);
      }
      for (Snapshot snapshot : news) {
        readAdded(snapshot, rows);
      }
    }
    seen = current.snapshotId();
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
    if (!"append".equals(snapshot.operation())) {
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
