package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.io.IOException;
import java.util.Arrays;

/** The entries of some rows of a leaf below a group or a repeated field. Owned by one thread. */
final class LeafBatch implements AutoCloseable {
  private static final int LOOK = 1024;

  /** Of an entry: cell and two levels. */
  private static final int ENTRY = 16;

  private final LeafReader reader;
  private final Scratch scratch;
  private final Budget budget;
  private final boolean isRepeated;

  /** Repetition levels that are read, of entries that are not. */
  private final int[] look = new int[LOOK];

  private int lookAt;
  private int lookEnd;

  long[] cells = new long[0];
  int[] definitions = new int[0];
  int[] repetitions = new int[0];
  int count;

  /** The next entry that is written. */
  int at;

  LeafBatch(LeafReader reader, Scratch scratch, Budget budget) {
    this.reader = reader;
    this.scratch = scratch;
    this.budget = budget;
    this.isRepeated = reader.leaf().maxRepetition() > 0;
  }

  byte[] bytes(long cell) {
    return Cell.isInTable(cell) ? reader.table() : scratch.bytes;
  }

  /** How much text its entries have. */
  int textBytes() {
    return scratch.end;
  }

  /** Reads the entries of so many rows, which must be there. */
  void fill(int rows) throws IOException {
    count = 0;
    at = 0;
    scratch.end = 0;
    take(rows, true);
  }

  void skip(long rows) throws IOException {
    if (isRepeated) {
      take(rows, false);
    } else {
      reader.skipRows(rows);
    }
  }

  private void take(long rows, boolean keep) throws IOException {
    if (!isRepeated) {
      for (int left = (int) rows; left > 0; ) {
        int n = Math.min(Math.min(left, LOOK), reader.available());
        if (n == 0) {
          throw LeafReader.ended(reader.leaf());
        }
        keep(n);
        left -= n;
      }
      return;
    }
    long begun = 0;
    while (true) {
      if (lookAt == lookEnd && !look()) {
        break;
      }
      int j = lookAt;
      while (j < lookEnd && (look[j] != 0 || begun < rows)) {
        if (look[j] == 0) {
          begun++;
        } else if (begun == 0) {
          throw Refusal.corrupt("bad-page", "a row begins in the middle of a list")
              .at(reader.leaf().path());
        }
        j++;
      }
      if (j > lookAt) {
        if (keep) {
          room(j - lookAt);
          System.arraycopy(look, lookAt, repetitions, count, j - lookAt);
          keep(j - lookAt);
        } else {
          reader.skip(j - lookAt);
        }
        lookAt = j;
      }
      if (j < lookEnd) {
        break;
      }
    }
    if (begun < rows) {
      throw LeafReader.ended(reader.leaf());
    }
  }

  private boolean look() throws IOException {
    int n = Math.min(LOOK, reader.available());
    if (n > 0) {
      reader.repetitions(look, n);
    }
    lookAt = 0;
    lookEnd = n;
    return n > 0;
  }

  private void keep(int n) {
    room(n);
    reader.read(cells, definitions, count, n);
    count += n;
  }

  private void room(int more) {
    if (cells.length - count < more) {
      int size = Math.max(count + more, Math.max(LOOK, count * 2));
      budget.take((long) size * ENTRY, "the entries of a nested column");
      int before = cells.length;
      cells = Arrays.copyOf(cells, size);
      definitions = Arrays.copyOf(definitions, size);
      repetitions = Arrays.copyOf(repetitions, size);
      budget.give((long) before * ENTRY);
    }
  }

  /** Whether a row ends before the next entry. */
  boolean isAtRow() {
    return at >= count ? at == count : !isRepeated || repetitions[at] == 0;
  }

  Leaf leaf() {
    return reader.leaf();
  }

  @Override
  public void close() {
    reader.close();
    budget.give((long) cells.length * ENTRY);
    cells = new long[0];
  }
}
