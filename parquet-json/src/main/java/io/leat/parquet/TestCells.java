package io.leat.parquet;

import java.io.IOException;

/** The truths of a condition of the filter, as cells. */
final class TestCells extends FieldCells {
  private final LeafReader reader;
  private final int max;
  private final boolean isNullTest;
  private final int[] definitions = new int[BATCH];

  TestCells(LeafReader reader, boolean isNullTest) {
    this.reader = reader;
    this.max = reader.leaf().maxDefinition();
    this.isNullTest = isNullTest;
  }

  @Override
  void refill(int most) throws IOException {
    int n = Math.min(most, reader.available());
    if (n == 0) {
      throw LeafReader.ended(reader.leaf());
    }
    boolean areThere = reader.read(cells, definitions, 0, n);
    for (int i = 0; i < n; i++) {
      boolean isNull = !areThere && definitions[i] != max;
      if (isNullTest) {
        cells[i] = isNull ? RowFilter.TRUE : RowFilter.FALSE;
      } else if (isNull) {
        cells[i] = RowFilter.UNKNOWN;
      }
    }
    head = 0;
    tail = n;
  }

  @Override
  void skipUnread(long rows) throws IOException {
    reader.skipRows(rows);
  }

  @Override
  public void close() {
    reader.close();
  }
}
