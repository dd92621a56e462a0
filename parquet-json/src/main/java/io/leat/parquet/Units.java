package io.leat.parquet;

import java.util.ArrayList;
import java.util.List;

/** The ranges of rows that threads take one after the other. */
final class Units implements OrderedOutput.Plans {
  /** Writers that bound a page's rows end pages here, so that few pages are read twice. */
  private static final int PAGE_ROWS = 20_000;

  /** Bytes of text of a unit of a file with few row groups. */
  private static final long UNIT = 12L << 20;

  /** Text of a value is some times larger than its encoding, and has its key. */
  private static final int EXPANSION = 3;

  private final List<Unit> units = new ArrayList<>();

  /**
   * A range of rows.
   *
   * @param index among the units
   * @param from first row of the row group
   * @param to behind the last row
   * @param of how many units the row group has
   * @param isLast of its row group
   */
  record Unit(int index, int group, long from, long to, int of, boolean isLast) {}

  /**
   * Cuts.
   *
   * @param waiting bytes of text that may wait for their turn, for each thread but one
   */
  Units(ParquetFile file, Plan plan, int fromRowGroup, long waiting, int threads) {
    long keys = plan.columns().stream().mapToLong(column -> column.prefix().length()).sum();
    boolean hasMany = file.rowGroups().size() - fromRowGroup >= 4 * threads;
    long bytes = hasMany ? waiting : Math.min(waiting, UNIT);
    for (RowGroup group : file.rowGroups()) {
      if (group.index() < fromRowGroup) {
        continue;
      }
      long rows = group.rows();
      long each = keys + EXPANSION * group.uncompressedBytes() / Math.max(1, rows);
      long size = threads == 1 ? rows : rows(rows, Math.max(1, bytes / Math.max(1, each)));
      add(group, Math.max(1, size));
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

  private void add(RowGroup group, long size) {
    long rows = group.rows();
    int count = (int) Math.max(1, (rows + size - 1) / size);
    for (int i = 0; i < count; i++) {
      long to = Math.min(rows, (i + 1) * size);
      units.add(new Unit(units.size(), group.index(), i * size, to, count, i == count - 1));
    }
  }

  Unit get(int index) {
    return units.get(index);
  }

  @Override
  public int units() {
    return units.size();
  }

  @Override
  public int groupEndingWith(int unit) {
    Unit at = units.get(unit);
    return at.isLast() ? at.group() : -1;
  }
}
