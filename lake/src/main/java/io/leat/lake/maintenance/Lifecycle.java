package io.leat.lake.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.StrictMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Ages rows out, whole files at a time: a file goes when its statistics prove that all of its rows
 * are older. One whose statistics do not tell stays.
 */
final class Lifecycle {
  /** Of one commit. */
  private static final int MOST_FILES = 10_000;

  private final Table table;

  Lifecycle(Table table) {
    this.table = table;
  }

  /**
   * The oldest that may go, at most {@link #MOST_FILES}.
   *
   * @param column of timestamps with zone
   * @param keepFor rows older than that may go
   */
  List<DataFile> find(String column, Duration keepFor, Instant now) {
    List<DataFile> old = new ArrayList<>();
    if (table.currentSnapshot() == null || table.schema().findField(column) == null) {
      return old;
    }
    Expression older =
        Expressions.lessThan(column, now.minus(keepFor).toString().replace("Z", "+00:00"));
    StrictMetricsEvaluator allOld = new StrictMetricsEvaluator(table.schema(), older);
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().filter(older).includeColumnStats(Set.of(column)).planFiles()) {
      for (FileScanTask task : tasks) {
        if (old.size() < MOST_FILES && allOld.eval(task.file())) {
          old.add(task.file().copyWithoutStats());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return old;
  }

  Step run(List<DataFile> old) {
    if (old.isEmpty()) {
      return Step.nothing(Step.Action.LIFECYCLE);
    }
    DeleteFiles delete = table.newDelete();
    old.forEach(delete::deleteFile);
    delete.commit();
    return of(old);
  }

  static Step of(List<DataFile> old) {
    long bytes = old.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    return new Step(Step.Action.LIFECYCLE, old.size(), 0, bytes, 0);
  }
}
