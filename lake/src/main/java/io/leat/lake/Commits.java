package io.leat.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.TypeUtil;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a row of a table was committed. Its calls read the table's metadata; data files only
 * when their statistics leave more than one commit. Safe for many threads if the table is not
 * refreshed meanwhile.
 */
public final class Commits {
  private static final int MOST_FILES_READ = 32;

  /** As many as there are in the time for which snapshots are kept by default. */
  private static final int MOST_MERGES = 128;

  private final Table table;
  private final Map<Long, Snapshot> bySequence = new HashMap<>();

  /**
   * @param table as it is to be looked at
   */
  public Commits(Table table) {
    this.table = table;
    table.snapshots().forEach(snapshot -> bySequence.put(snapshot.sequenceNumber(), snapshot));
  }

  /**
   * When the first row that fits was committed. If its file was merged from others since, the
   * snapshots from before are asked, as long as there are any.
   *
   * @param row over columns of numbers and strings
   * @return empty when there is no such row, its snapshot has expired, or more files would have to
   *     be read than is worth it
   */
  public Optional<Instant> of(Expression row) {
    Snapshot at = table.currentSnapshot();
    for (int merges = 0; at != null && merges <= MOST_MERGES; merges++) {
      DataFile file = fileOf(row, at);
      if (file == null) {
        return Optional.empty();
      }
      Snapshot added = bySequence.get(file.fileSequenceNumber());
      if (added == null) {
        return Optional.empty();
      }
      if (Objects.equals(file.fileSequenceNumber(), file.dataSequenceNumber())) {
        return Optional.of(Instant.ofEpochMilli(added.timestampMillis()));
      }
      Long before = added.parentId();
      at = before == null ? null : table.snapshot(before);
    }
    return Optional.empty();
  }

  /** The file of the row at a snapshot; null when there is none or too many could have it. */
  private @Nullable DataFile fileOf(Expression row, Snapshot at) {
    Map<Long, List<DataFile>> candidates = candidates(row, at);
    List<DataFile> files = candidates.values().stream().flatMap(List::stream).toList();
    if (candidates.size() > 1 && files.size() > MOST_FILES_READ) {
      return null;
    }
    for (DataFile file : files) {
      if (holds(file, row)) {
        return file;
      }
    }
    return null;
  }

  /** The files that may hold the row, by the sequence number of their rows' commit. */
  private Map<Long, List<DataFile>> candidates(Expression row, Snapshot at) {
    Map<Long, List<DataFile>> candidates = new TreeMap<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(at.snapshotId()).filter(row).planFiles()) {
      for (FileScanTask task : tasks) {
        candidates
            .computeIfAbsent(task.file().dataSequenceNumber(), s -> new ArrayList<>())
            .add(task.file());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return candidates;
  }

  private boolean holds(DataFile file, Expression row) {
    Set<Integer> ids = Binder.boundReferences(table.schema().asStruct(), List.of(row), true);
    Schema columns = TypeUtil.select(table.schema(), ids);
    Evaluator fits = new Evaluator(columns.asStruct(), row);
    try (CloseableIterable<Record> records =
        Parquet.read(table.io().newInputFile(file))
            .project(columns)
            .filter(row)
            .createReaderFunc(schema -> GenericParquetReaders.buildReader(columns, schema))
            .build()) {
      for (Record record : records) {
        if (fits.eval(record)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
