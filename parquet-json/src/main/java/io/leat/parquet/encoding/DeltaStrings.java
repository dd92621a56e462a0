package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Scratch;

/** DELTA_BYTE_ARRAY: how much of the value before is kept, and what follows. */
final class DeltaStrings extends Values {
  private final DeltaLengths suffixes;
  private final int[] prefixes;
  private final Scratch scratch;
  private final long[] suffix = new long[1];
  private int next;

  /** The value before: where it is in the scratch. */
  private int lastAt;

  private int lastLength;

  DeltaStrings(byte[] bytes, int start, int end, int count, Budget budget, Scratch scratch) {
    DeltaInts deltas = new DeltaInts(bytes, start, end, true);
    this.prefixes = DeltaLengths.readAll(deltas, count, budget);
    this.suffixes = new DeltaLengths(bytes, deltas.position(), end, count, budget);
    this.scratch = scratch;
    scratch.end = 0;
  }

  @Override
  public void slices(long[] target, int offset, int count) {
    rewind();
    for (int i = 0; i < count; i++) {
      one();
      target[offset + i] = (long) lastAt << 32 | lastLength;
    }
  }

  /** The value before moves to the front; what else there is was used. */
  private void rewind() {
    if (lastAt > 0) {
      System.arraycopy(scratch.bytes, lastAt, scratch.bytes, 0, lastLength);
      lastAt = 0;
    }
    scratch.end = lastLength;
  }

  private void one() {
    if (next >= prefixes.length) {
      throw Bits.ended();
    }
    int prefix = prefixes[next++];
    suffixes.slices(suffix, 0, 1);
    int length = (int) suffix[0];
    if (prefix < 0 || prefix > lastLength) {
      throw Bits.ended();
    }
    scratch.ensure(prefix + length);
    System.arraycopy(scratch.bytes, lastAt, scratch.bytes, scratch.end, prefix);
    System.arraycopy(
        suffixes.bytes(), (int) (suffix[0] >>> 32), scratch.bytes, scratch.end + prefix, length);
    lastAt = scratch.end;
    lastLength = prefix + length;
    scratch.end += lastLength;
  }

  @Override
  public byte[] bytes() {
    return scratch.bytes;
  }

  @Override
  public void skip(int count) {
    for (int i = 0; i < count; i++) {
      rewind();
      one();
    }
  }
}
