package io.leat.lake;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * Reads where in the log the rows of a table stand, and nothing else of them: three columns, of the
 * files that column statistics leave. Reads the snapshot that the table was loaded with.
 */
public final class PositionScan {
  /** More ranges in a filter cost more than the files that they leave out. */
  private static final int MOST_IN_FILTER = 64;

  private final Table table;
  private final Columns columns;
  private final @Nullable String stream;
  private final Schema read;

  /** What a table calls its columns. */
  public enum Columns {
    /** Of raw tables and of the quarantine. */
    PLAIN("log_epoch", "log_partition", "log_offset"),
    /** Of processed tables. */
    PROCESSED(EventTables.LOG_EPOCH, EventTables.LOG_PARTITION, EventTables.LOG_OFFSET);

    private final String epoch;
    private final String partition;
    private final String offset;

    Columns(String epoch, String partition, String offset) {
      this.epoch = epoch;
      this.partition = partition;
      this.offset = offset;
    }
  }

  /** Takes the rows' positions. */
  @FunctionalInterface
  public interface Positions {
    void row(int partition, long offset);
  }

  private PositionScan(Table table, Columns columns, @Nullable String stream) {
    this.table = table;
    this.columns = columns;
    this.stream = stream;
    List<String> names = new ArrayList<>(List.of(columns.epoch, columns.partition, columns.offset));
    if (stream != null) {
      names.add("stream");
    }
    this.read = table.schema().select(names);
  }

  /** Of a table whose rows are all of one stream. */
  public static PositionScan of(Table table, Columns columns) {
    return new PositionScan(table, columns, null);
  }

  /** Of one stream's rows in a table that streams share. */
  public static PositionScan ofStream(Table table, String stream) {
    return new PositionScan(table, Columns.PLAIN, stream);
  }

  /**
   * Tells each row of the epoch that stands in one of the ranges, as often as the table has it.
   *
   * @param ranges by partition
   * @param isOver asked between files: whether to stop
   * @param lost takes the location of a file that is not there
   * @return false when it stopped before it had seen all
   * @throws LeatException DELETE_FILES_UNSUPPORTED when rows were deleted by delete files
   */
  public boolean read(
      int epoch,
      Map<Integer, OffsetRange> ranges,
      BooleanSupplier isOver,
      Consumer<String> lost,
      Positions positions) {
    if (ranges.isEmpty()) {
      return true;
    }
    Expression filter = filter(epoch, ranges);
    try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(filter).planFiles()) {
      for (FileScanTask task : tasks) {
        if (isOver.getAsBoolean()) {
          return false;
        }
        if (!task.deletes().isEmpty()) {
          throw new LeatException(
              ErrorCode.DELETE_FILES_UNSUPPORTED,
              "The table " + table.name() + " has delete files, by which positions cannot be told");
        }
        try {
          read(task, filter, epoch, ranges, positions);
        } catch (NotFoundException e) {
          lost.accept(task.file().location());
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Expression filter(int epoch, Map<Integer, OffsetRange> ranges) {
    Expression filter = Expressions.equal(columns.epoch, epoch);
    if (stream != null) {
      filter = Expressions.and(filter, Expressions.equal("stream", stream));
    }
    if (ranges.size() > MOST_IN_FILTER) {
      OffsetRange all = ranges.values().stream().reduce(OffsetRange::hull).orElseThrow();
      return Expressions.and(filter, within(all));
    }
    Expression any = Expressions.alwaysFalse();
    for (Map.Entry<Integer, OffsetRange> one : ranges.entrySet()) {
      any =
          Expressions.or(
              any,
              Expressions.and(
                  Expressions.equal(columns.partition, one.getKey()), within(one.getValue())));
    }
    return Expressions.and(filter, any);
  }

  private Expression within(OffsetRange range) {
    return Expressions.and(
        Expressions.greaterThanOrEqual(columns.offset, range.first()),
        Expressions.lessThan(columns.offset, range.next()));
  }

  private void read(
      FileScanTask task,
      Expression filter,
      int epoch,
      Map<Integer, OffsetRange> ranges,
      Positions positions)
      throws IOException {
    int epochAt = index(columns.epoch);
    int partitionAt = index(columns.partition);
    int offsetAt = index(columns.offset);
    int streamAt = stream == null ? -1 : index("stream");
    try (CloseableIterable<Record> rows =
        Parquet.read(table.io().newInputFile(task.file()))
            .project(read)
            .filter(filter)
            .reuseContainers()
            .createReaderFunc(schema -> GenericParquetReaders.buildReader(read, schema))
            .build()) {
      for (Record row : rows) {
        if (row.get(offsetAt) instanceof Long offset
            && row.get(partitionAt) instanceof Integer partition
            && row.get(epochAt) instanceof Integer ofEpoch
            && ofEpoch == epoch
            && (stream == null || stream.contentEquals(String.valueOf(row.get(streamAt))))) {
          OffsetRange range = ranges.get(partition);
          if (range != null && range.contains(offset)) {
            positions.row(partition, offset);
          }
        }
      }
    }
  }

  private int index(String column) {
    return read.columns().indexOf(read.findField(column));
  }
}
