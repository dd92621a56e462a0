package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Budget;

/** DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. */
final class DeltaLengths extends Values {
  private final byte[] bytes;
  private final int end;
  private final int[] lengths;
  private int next;
  private int at;

  DeltaLengths(byte[] bytes, int start, int end, int count, Budget budget) {
    this.bytes = bytes;
    this.end = end;
    DeltaInts deltas = new DeltaInts(bytes, start, end, true);
    this.lengths = readAll(deltas, count, budget);
    this.at = deltas.position();
  }

  /** All of them, so that what follows is known to begin where they end. */
  static int[] readAll(DeltaInts deltas, int most, Budget budget) {
    if (deltas.total() > most) {
      throw Bits.ended();
    }
    int count = (int) deltas.total();
    budget.take(4L * count, "the lengths of a page");
    try {
      int[] all = new int[count];
      long[] some = new long[Math.min(count, 1024)];
      for (int i = 0; i < count; i += some.length) {
        int n = Math.min(some.length, count - i);
        deltas.longs(some, 0, n);
        for (int j = 0; j < n; j++) {
          all[i + j] = (int) some[j];
        }
      }
      return all;
    } finally {
      // The page's own bytes are counted; these are not more and live as long.
      budget.give(4L * count);
    }
  }

  @Override
  public void slices(long[] target, int offset, int count) {
    if (count > lengths.length - next) {
      throw Bits.ended();
    }
    for (int i = 0; i < count; i++) {
      int length = lengths[next++];
      if (length < 0 || length > end - at) {
        throw Bits.ended();
      }
      target[offset + i] = (long) at << 32 | length;
      at += length;
    }
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public void skip(int count) {
    if (count > lengths.length - next) {
      throw Bits.ended();
    }
    for (int i = 0; i < count; i++) {
      int length = lengths[next++];
      if (length < 0 || length > end - at) {
        throw Bits.ended();
      }
      at += length;
    }
  }
}
