package io.leat.parquet;

import java.util.Arrays;
import java.util.List;

/**
 * The ranges of rows that threads take one after the other. Only where each row group's begin is
 * kept: how many there are is up to numbers of the footer.
 */
final class Units implements OrderedOutput.Plans {
  /** Writers that bound a page's rows end pages here, so that few pages are read twice. */
  private static final int PAGE_ROWS = 20_000;

  /** Bytes of text of a unit of a file with few row groups. */
  private static final long UNIT = 12L << 20;

  /** Text of a value is some times larger than its encoding, and has its key. */
  private static final int EXPANSION = 3;

  /** Of a row group: with {@link #UNIT} each they are hundreds of gigabytes. */
  static final int MOST = 1 << 16;

  private final List<RowGroup> groups;

  /** Of each row group, how many rows a unit has, but the last one. */
  private final long[] sizes;

  /** Of each row group, the index of its first unit; behind them how many there are. */
  private final long[] starts;

  /**
   * A range of rows.
   *
   * @param index among the units
   * @param from first row of the row group
   * @param to behind the last row
   * @param of how many units the row group has
   * @param isLast of its row group
   */
  record Unit(long index, int group, long from, long to, int of, boolean isLast) {}

  /**
   * Cuts.
   *
   * @param waiting bytes of text that may wait for their turn, for each thread but one
   */
  Units(ParquetFile file, Plan plan, int fromRowGroup, long waiting, int threads) {
    groups = file.rowGroups().subList(fromRowGroup, file.rowGroups().size());
    sizes = new long[groups.size()];
    starts = new long[groups.size() + 1];
    long keys = plan.columns().stream().mapToLong(column -> column.prefix().length()).sum();
    long bytes = groups.size() >= 4 * threads ? waiting : Math.min(waiting, UNIT);
    for (int i = 0; i < sizes.length; i++) {
      long rows = groups.get(i).rows();
      // What the footer says of bytes is not held against anything.
      long encoded = Math.min(groups.get(i).uncompressedBytes(), Long.MAX_VALUE / (2 * EXPANSION));
      long each = keys + EXPANSION * encoded / Math.max(1, rows);
      long size = threads == 1 ? rows : rows(rows, Math.max(1, bytes / Math.max(1, each)));
      sizes[i] = Math.max(1, Math.max(size, parts(rows, MOST)));
      starts[i + 1] = starts[i] + Math.max(1, parts(rows, sizes[i]));
    }
  }

  /** How many rows a unit has of which so many have about the bytes that it should have. */
  private static long rows(long all, long fitting) {
    if (fitting >= all) {
      return all;
    }
    if (fitting >= PAGE_ROWS) {
      return fitting / PAGE_ROWS * PAGE_ROWS;
    }
    // A page is then decompressed by each thread, but its values are read by one.
    return Math.max(1, PAGE_ROWS / ((PAGE_ROWS + fitting - 1) / fitting));
  }

  /** The quotient, rounded up. */
  private static long parts(long all, long size) {
    return all == 0 ? 0 : (all - 1) / size + 1;
  }

  Unit get(long index) {
    int found = Arrays.binarySearch(starts, index);
    int at = found >= 0 ? found : -found - 2;
    RowGroup group = groups.get(at);
    int of = (int) (starts[at + 1] - starts[at]);
    long number = index - starts[at];
    boolean isLast = number == of - 1;
    long to = isLast ? group.rows() : (number + 1) * sizes[at];
    return new Unit(index, group.index(), number * sizes[at], to, of, isLast);
  }

  /** Of all units. */
  long rows() {
    return groups.stream().mapToLong(RowGroup::rows).sum();
  }

  @Override
  public long units() {
    return starts[groups.size()];
  }

  @Override
  public int groupEndingWith(long unit) {
    Unit at = get(unit);
    return at.isLast() ? at.group() : -1;
  }
}
