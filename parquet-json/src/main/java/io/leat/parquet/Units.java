package io.leat.parquet;

import java.util.ArrayList;
import java.util.List;

/** The ranges of rows that threads take one after the other. */
final class Units implements OrderedOutput.Plans {
  /** Writers that bound a page's rows end pages here, so that few pages are read twice. */
  private static final int PAGE_ROWS = 20_000;

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

  /** @param bytes of text that a unit should have at most */
  Units(ParquetFile file, Plan plan, int fromRowGroup, long bytes, boolean isOneThread) {
    long keys = plan.columns().stream().mapToLong(column -> column.prefix().length()).sum();
    for (RowGroup group : file.rowGroups()) {
      if (group.index() < fromRowGroup) {
        continue;
      }
      long rows = group.rows();
      long size = Math.max(1, rows);
      long each = keys + EXPANSION * group.uncompressedBytes() / size;
      long fitting = Math.max(1, bytes / Math.max(1, each));
      if (!isOneThread && fitting < rows) {
        size = Math.max(PAGE_ROWS, fitting / PAGE_ROWS * PAGE_ROWS);
      }
      int count = (int) Math.max(1, (rows + size - 1) / size);
      for (int i = 0; i < count; i++) {
        long to = Math.min(rows, (i + 1) * size);
        units.add(new Unit(units.size(), group.index(), i * size, to, count, i == count - 1));
      }
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
