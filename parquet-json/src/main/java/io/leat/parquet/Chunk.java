package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Scratch;
import java.util.Arrays;

/** A piece of the output: whole rows. It is filled by one thread and handed to another. */
final class Chunk {
  private final Budget budget;

  /** The rows' text. */
  final Scratch json;

  /** The same, compressed; empty unless it was. */
  final Scratch compressed;

  /** Behind each row; only when parts may end between two. */
  int[] ends = new int[0];

  int rows;

  /** Rows of the file that are done with this chunk, also those that were left out. */
  long consumed;

  Chunk(Budget budget, int capacity, long maxRowBytes) {
    this.budget = budget;
    this.json = new Scratch(budget, "a row", maxRowBytes + capacity);
    this.compressed = new Scratch(budget, "compressed output", Integer.MAX_VALUE);
    json.ensure(capacity);
  }

  void end(int row) {
    if (row >= ends.length) {
      int size = Math.max(1024, row * 2);
      budget.take(4L * size, "output");
      budget.give(4L * ends.length);
      ends = Arrays.copyOf(ends, size);
    }
    ends[row] = json.end;
  }

  void clear() {
    json.end = 0;
    compressed.end = 0;
    rows = 0;
    consumed = 0;
  }

  void drop() {
    json.drop();
    compressed.drop();
    budget.give(4L * ends.length);
    ends = new int[0];
  }
}
