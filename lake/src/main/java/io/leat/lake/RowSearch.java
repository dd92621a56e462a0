package io.leat.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a table's rows period by period, and in a period the newest files first. Reads only
 * files that partitions and column statistics leave. Its calls read the table's metadata and files,
 * never its catalog. Safe for many threads if the table is not refreshed meanwhile.
 */
public final class RowSearch {
  private final Table table;
  private final Expression row;
  private final String time;
  private final Schema columns;

  /**
   * @param table as it is to be looked at
   * @param row what fits, over columns of numbers and strings
   * @param time the column by which periods are told, a timestamp with zone
   * @param columns what is read of each row
   */
  public RowSearch(Table table, Expression row, String time, List<String> columns) {
    this.table = table;
    this.row = row;
    this.time = time;
    Set<String> names = new LinkedHashSet<>(columns);
    for (int id : Binder.boundReferences(table.schema().asStruct(), List.of(row), true)) {
      names.add(table.schema().findColumnName(id));
    }
    this.columns = table.schema().select(names);
  }

  /**
   * Tells all rows that fit and have their time in the period, and maybe some that fit outside of
   * it.
   *
   * @param from the period's begin; null for the oldest rows, and those without a time
   * @param to its end, not part of it; null for the newest rows
   * @param isOver asked between files: whether to stop
   * @return false when it stopped before it had seen all
   */
  public boolean in(
      @Nullable Instant from,
      @Nullable Instant to,
      BooleanSupplier isOver,
      Consumer<Record> found) {
    List<DataFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().filter(Expressions.and(row, period(from, to))).planFiles()) {
      for (FileScanTask task : tasks) {
        if (isOver.getAsBoolean()) {
          return false;
        }
        files.add(task.file());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(Comparator.comparing(DataFile::dataSequenceNumber).reversed());
    for (DataFile file : files) {
      if (isOver.getAsBoolean()) {
        return false;
      }
      read(file, found);
    }
    return true;
  }

  private Expression period(@Nullable Instant from, @Nullable Instant to) {
    Expression period = Expressions.alwaysTrue();
    if (to != null) {
      period = Expressions.lessThan(time, micros(to));
      if (from == null) {
        period = Expressions.or(period, Expressions.isNull(time));
      }
    }
    return from == null
        ? period
        : Expressions.and(period, Expressions.greaterThanOrEqual(time, micros(from)));
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private void read(DataFile file, Consumer<Record> found) {
    Evaluator fits = new Evaluator(columns.asStruct(), row);
    try (CloseableIterable<Record> records =
        Parquet.read(table.io().newInputFile(file))
            .project(columns)
            .filter(row)
            .createReaderFunc(schema -> GenericParquetReaders.buildReader(columns, schema))
            .build()) {
      for (Record record : records) {
        if (fits.eval(record)) {
          found.accept(record);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
