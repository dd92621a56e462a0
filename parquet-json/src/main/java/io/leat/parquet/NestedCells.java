package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.io.IOException;

/** The cells of a top-level column that is a group or repeated. */
final class NestedCells extends FieldCells {
  /** The entries of the leaves below. */
  final LeafBatch[] leaves;

  final boolean writesNull;
  private final Node root;
  private final Scratch out;
  private long rejected;

  /** How many rows have about {@link #TEXT} bytes. */
  private int rows = 16;

  NestedCells(Node root, LeafBatch[] leaves, Nulls nulls, Scratch out) {
    this.root = root;
    this.leaves = leaves;
    this.writesNull = nulls == Nulls.WRITE;
    this.out = out;
  }

  /** The row that is being written is rejected. */
  void reject(long cell) {
    rejected = cell;
  }

  /** Takes an entry of each of these leaves: nothing is there. */
  void skip(int first, int end) {
    for (int i = first; i < end; i++) {
      leaves[i].at++;
    }
  }

  @Override
  void refill(int most) throws IOException {
    int n = Math.min(most, rows);
    long largest = 0;
    for (LeafBatch leaf : leaves) {
      leaf.fill(n);
      largest = Math.max(largest, leaf.textBytes());
    }
    out.end = 0;
    for (int row = 0; row < n; row++) {
      int start = out.end;
      rejected = 0;
      root.write(this, out);
      for (LeafBatch leaf : leaves) {
        if (!leaf.isAtRow()) {
          throw Refusal.corrupt("bad-page", "the columns of a group do not fit each other")
              .at(leaf.leaf().path());
        }
      }
      if (rejected < 0) {
        out.end = start;
        cells[row] = rejected;
      } else {
        cells[row] = Cell.of(start, out.end - start);
      }
    }
    head = 0;
    tail = n;
    text = out.bytes;
    long size = Math.max(Math.max(largest, out.end), 1);
    rows = (int) Math.max(1, Math.min(BATCH, (long) TEXT * n / size));
  }

  @Override
  void skipUnread(long count) throws IOException {
    for (LeafBatch leaf : leaves) {
      leaf.skip(count);
    }
  }

  @Override
  public void close() {
    for (LeafBatch leaf : leaves) {
      leaf.close();
    }
    out.drop();
  }
}
