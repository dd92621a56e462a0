package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.util.Arrays;
import java.util.List;

/** Puts the cells of some rows together. Owned by one thread. */
final class RowWriter {
  private final boolean isArray;
  private final long maxRowBytes;
  private final int[] lengths = new int[FieldCells.BATCH];
  private final long[] rejected = new long[FieldCells.BATCH];
  private long[][] cells = new long[0][];
  private byte[][] texts = new byte[0][];
  private byte[][] tables = new byte[0][];
  private int[] heads = new int[0];

  RowWriter(Layout layout, long maxRowBytes) {
    this.isArray = layout == Layout.ARRAY;
    this.maxRowBytes = maxRowBytes;
  }

  /** Looks at the next rows: how long they are, and which are rejected. */
  void prepare(List<FieldCells> fields, int rows) {
    int count = fields.size();
    if (cells.length != count) {
      cells = new long[count][];
      texts = new byte[count][];
      tables = new byte[count][];
      heads = new int[count];
    }
    int[] sums = lengths;
    Arrays.fill(sums, 0, rows, 4);
    long any = 0;
    for (int f = 0; f < count; f++) {
      FieldCells field = fields.get(f);
      cells[f] = field.cells;
      texts[f] = field.text;
      tables[f] = field.table;
      heads[f] = field.head;
      any |= add(field.cells, field.head, rows, sums);
    }
    Arrays.fill(rejected, 0, rows, 0);
    if (any < 0) {
      judge(rows);
    }
  }

  private static long add(long[] cells, int head, int rows, int[] sums) {
    long any = 0;
    for (int r = 0; r < rows; r++) {
      long cell = cells[head + r];
      any |= cell;
      // A sum beyond 2 GiB becomes negative and stays so for what is judged below.
      sums[r] = sums[r] < 0 ? sums[r] : sums[r] + Cell.length(cell);
    }
    return any;
  }

  private void judge(int rows) {
    for (int f = 0; f < cells.length; f++) {
      for (int r = 0; r < rows; r++) {
        long cell = cells[f][heads[f] + r];
        if (cell < 0 && rejected[r] == 0) {
          rejected[r] = cell;
        }
      }
    }
  }

  /** Why a row is rejected, as a cell; 0 if it is not. */
  long rejected(int row) {
    return rejected[row];
  }

  /** How many bytes a row has at most. */
  int length(int row) {
    int length = lengths[row];
    if (length < 0 || length > maxRowBytes) {
      throw Refusal.resource(
          "row-size", "a row has more bytes of JSON than maxRowBytes = " + maxRowBytes);
    }
    return length;
  }

  /** Writes a row into a buffer with room for {@link #length} and the padding behind; new end. */
  int write(int row, byte[] out, int start) {
    int at = start;
    if (isArray) {
      out[at] = ',';
      out[at + 1] = '\n';
      at += 2;
    }
    int open = at;
    long[][] all = cells;
    for (int f = 0; f < all.length; f++) {
      long cell = all[f][heads[f] + row];
      byte[] source = Cell.isInTable(cell) ? tables[f] : texts[f];
      int length = Cell.length(cell);
      if (length != 0) {
        Scratch.copy(source, Cell.start(cell), out, at, length);
        at += length;
      }
    }
    if (at == open) {
      at++;
    }
    out[open] = '{';
    out[at++] = '}';
    if (!isArray) {
      out[at++] = '\n';
    }
    return at;
  }
}
