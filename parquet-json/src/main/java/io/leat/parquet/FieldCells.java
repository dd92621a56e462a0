package io.leat.parquet;

import java.io.IOException;

/** The cells of a top-level column, some rows at a time. Owned by one thread. */
abstract class FieldCells implements AutoCloseable {
  /** The most rows at a time. */
  static final int BATCH = 512;

  /** How much text a column should have at a time, so that it stays in the cache. */
  static final int TEXT = 128 << 10;

  final long[] cells = new long[BATCH];

  /** The next row's cell. */
  int head;

  /** Behind the last row's cell. */
  int tail;

  /** What cells are of. */
  byte[] text = new byte[0];

  /** What cells in the table are of. */
  byte[] table = new byte[0];

  /**
   * Reads at least one row; only when all were taken.
   *
   * @param most rows, at least 1 and at most {@link #BATCH}
   */
  abstract void refill(int most) throws IOException;

  /** Skips rows behind those that were read. */
  abstract void skipUnread(long rows) throws IOException;

  final void skip(long rows) throws IOException {
    int there = (int) Math.min(rows, tail - head);
    head += there;
    if (rows > there) {
      skipUnread(rows - there);
    }
  }

  @Override
  public abstract void close();
}
