package io.leat.lake.replay;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * One stream's rows of a table, with their positions in the log. Values are as Iceberg keeps them:
 * timestamps are microseconds. Rows of a file come in its order, files in that of their commits.
 */
public final class PositionedTable {
  private static final int ROWS_PER_STEP = 256;

  private final Table table;
  private final Columns columns;
  private final @Nullable String stream;

  /** What a table calls its columns. */
  private record Columns(String received, String epoch, String partition, String offset) {
    private static final Columns PLAIN =
        new Columns("received_at", "log_epoch", "log_partition", "log_offset");
    private static final Columns PROCESSED =
        new Columns(
            EventTables.RECEIVED_AT,
            EventTables.LOG_EPOCH,
            EventTables.LOG_PARTITION,
            EventTables.LOG_OFFSET);
  }

  /**
   * A row.
   *
   * @param received microseconds since the epoch of time
   * @param values in the order of the columns that were asked for
   */
  public record Row(int epoch, int partition, long offset, long received, StructLike values) {
    /** The page that its position is on. */
    public PositionSet.Page page() {
      return PositionSet.Page.of(epoch, partition, offset);
    }

    /** Its distance from the page's first offset. */
    public int inPage() {
      return (int) (offset % PositionSet.PAGE);
    }
  }

  /** Takes rows. */
  @FunctionalInterface
  public interface Rows {
    void row(Row row) throws IOException;
  }

  private PositionedTable(Table table, Columns columns, @Nullable String stream) {
    this.table = table;
    this.columns = columns;
    this.stream = stream;
  }

  /** A raw table. */
  public static PositionedTable raw(Table table) {
    return new PositionedTable(table, Columns.PLAIN, null);
  }

  /** A processed table, or one of its shape. */
  public static PositionedTable processed(Table table) {
    return new PositionedTable(table, Columns.PROCESSED, null);
  }

  /** A stream's rows of a quarantine. */
  public static PositionedTable quarantine(Table table, String stream) {
    return new PositionedTable(table, Columns.PLAIN, stream);
  }

  Table table() {
    return table;
  }

  /**
   * Tells the rows of the range, as the table is when this is called.
   *
   * @param wanted names of the columns to read, besides those that say where a row stands
   * @param leases holds the snapshot while it is read
   * @throws LeatException DELETE_FILES_UNSUPPORTED when rows were deleted by delete files
   */
  public void read(
      ReplayRange range, List<String> wanted, SnapshotLeases leases, Pace pace, Rows rows)
      throws IOException {
    read(range, Expressions.alwaysTrue(), wanted, leases, pace, rows);
  }

  /** The same of some pages only. */
  public void read(
      ReplayRange range,
      List<PositionSet.Page> pages,
      List<String> wanted,
      SnapshotLeases leases,
      Pace pace,
      Rows rows)
      throws IOException {
    Set<PositionSet.Page> chosen = Set.copyOf(pages);
    read(
        range,
        within(pages),
        wanted,
        leases,
        pace,
        row -> {
          if (chosen.contains(row.page())) {
            rows.row(row);
          }
        });
  }

  /**
   * The same of rows that are at or behind the range's bounds.
   *
   * @param more how much time before and behind the period they may have been received
   */
  public void readBehind(
      ReplayRange range,
      Duration more,
      List<String> wanted,
      SnapshotLeases leases,
      Pace pace,
      Rows rows)
      throws IOException {
    read(
        range.around(more),
        behind(range),
        wanted,
        leases,
        pace,
        row -> {
          if (range.isBehind(row.epoch(), row.partition(), row.offset())) {
            rows.row(row);
          }
        });
  }

  /** Rows of the files that may have some of the range. */
  public long estimate(ReplayRange range) {
    table.refresh();
    Snapshot head = table.currentSnapshot();
    return head == null
        ? 0
        : files(head, filter(range)).stream().mapToLong(DataFile::recordCount).sum();
  }

  private void read(
      ReplayRange range,
      Expression more,
      List<String> wanted,
      SnapshotLeases leases,
      Pace pace,
      Rows rows)
      throws IOException {
    table.refresh();
    Snapshot head = table.currentSnapshot();
    if (head == null) {
      return;
    }
    Expression filter = Expressions.and(filter(range), more);
    try (SnapshotLeases.Reader reader = leases.reader()) {
      reader.hold(table, head.snapshotId());
      for (DataFile file : files(head, filter)) {
        readFile(
            file,
            wanted,
            filter,
            pace,
            row -> {
              if (range.contains(row.received(), row.epoch(), row.partition(), row.offset())) {
                rows.row(row);
              }
            });
      }
    }
  }

  private Expression within(List<PositionSet.Page> pages) {
    Expression any = Expressions.alwaysFalse();
    for (PositionSet.Page page : pages) {
      any =
          Expressions.or(
              any,
              Expressions.and(
                  Expressions.equal(columns.epoch(), page.epoch()),
                  Expressions.equal(columns.partition(), page.partition()),
                  Expressions.greaterThanOrEqual(columns.offset(), page.first()),
                  Expressions.lessThan(columns.offset(), page.first() + PositionSet.PAGE)));
    }
    return any;
  }

  private Expression behind(ReplayRange range) {
    Expression any =
        range.before().isEmpty()
            ? Expressions.alwaysTrue()
            : Expressions.notIn(columns.partition(), range.before().keySet());
    for (Map.Entry<Integer, Long> one : range.before().entrySet()) {
      any =
          Expressions.or(
              any,
              Expressions.and(
                  Expressions.equal(columns.partition(), one.getKey()),
                  Expressions.greaterThanOrEqual(columns.offset(), one.getValue())));
    }
    return Expressions.or(
        Expressions.greaterThan(columns.epoch(), range.epoch()),
        Expressions.and(Expressions.equal(columns.epoch(), range.epoch()), any));
  }

  /** What the files of the range have in common. */
  Expression filter(ReplayRange range) {
    Expression period =
        Expressions.and(
            Expressions.greaterThanOrEqual(columns.received(), Timestamps.toMicros(range.from())),
            Expressions.lessThan(columns.received(), Timestamps.toMicros(range.to())));
    return stream == null ? period : Expressions.and(period, Expressions.equal("stream", stream));
  }

  /** The files that may have such rows, in the order of their commits. */
  List<DataFile> files(Snapshot head, Expression filter) {
    List<DataFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(head.snapshotId()).filter(filter).planFiles()) {
      for (FileScanTask task : tasks) {
        if (!task.deletes().isEmpty()) {
          throw new LeatException(
              ErrorCode.DELETE_FILES_UNSUPPORTED,
              "The table " + table.name() + " has delete files: its rows cannot be replayed");
        }
        files.add(task.file().copyWithoutStats());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(
        Comparator.comparing(DataFile::dataSequenceNumber).thenComparing(DataFile::location));
    return files;
  }

  /** Tells the stream's rows of a file; of others also some that do not fit the filter. */
  void readFile(DataFile file, List<String> wanted, Expression filter, Pace pace, Rows rows)
      throws IOException {
    new FileRead(file, wanted, filter)
        .all(
            pace,
            (isOfStream, row) -> {
              if (isOfStream) {
                rows.row(row);
              }
            });
  }

  /**
   * Copies a file's rows, also those of other streams, but for the stream's that go.
   *
   * @return how many were copied
   */
  long copyOthers(
      DataFile file, List<String> wanted, Pace pace, Predicate<Row> isGoing, FileSet<StructLike> to)
      throws IOException {
    long[] copied = new long[1];
    new FileRead(file, wanted, Expressions.alwaysTrue())
        .all(
            pace,
            (isOfStream, row) -> {
              if (!isOfStream || !isGoing.test(row)) {
                to.write(row.values());
                copied[0]++;
              }
            });
    return copied[0];
  }

  @FunctionalInterface
  private interface AllRows {
    void row(boolean isOfStream, Row row) throws IOException;
  }

  /** A file, and what is read of it: what is wanted first, in that order. */
  private final class FileRead {
    private final DataFile file;
    private final Expression filter;
    private final Schema read;
    private final int received;
    private final int epoch;
    private final int partition;
    private final int offset;
    private final int ofStream;

    FileRead(DataFile file, List<String> wanted, Expression filter) {
      Set<String> names = new LinkedHashSet<>(wanted);
      names.addAll(
          List.of(columns.received(), columns.epoch(), columns.partition(), columns.offset()));
      if (stream != null) {
        names.add("stream");
      }
      this.file = file;
      this.filter = filter;
      this.read = new Schema(names.stream().map(name -> table.schema().findField(name)).toList());
      this.received = index(columns.received());
      this.epoch = index(columns.epoch());
      this.partition = index(columns.partition());
      this.offset = index(columns.offset());
      this.ofStream = stream == null ? -1 : index("stream");
    }

    private int index(String column) {
      return read.columns().indexOf(read.findField(column));
    }

    void all(Pace pace, AllRows rows) throws IOException {
      long count = 0;
      try (CloseableIterable<StructLike> records =
          Parquet.read(table.io().newInputFile(file))
              .project(read)
              .filter(filter)
              .createReaderFunc(type -> InternalReader.create(read, type))
              .build()) {
        for (StructLike values : records) {
          if (++count % ROWS_PER_STEP == 0) {
            pace.step();
          }
          rows.row(isOfStream(values), row(values));
        }
      }
      pace.step();
    }

    private boolean isOfStream(StructLike values) {
      return stream == null
          || stream.contentEquals(String.valueOf(values.get(ofStream, Object.class)));
    }

    private Row row(StructLike values) {
      Long time = values.get(received, Long.class);
      return new Row(
          values.get(epoch, Integer.class),
          values.get(partition, Integer.class),
          values.get(offset, Long.class),
          time == null ? Long.MIN_VALUE : time,
          values);
    }
  }
}
