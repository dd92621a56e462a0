package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Scratch;

/** DELTA_BYTE_ARRAY: how much of the value before is kept, and what follows. */
final class DeltaStrings extends Values {
  /** How many values' lengths are read at a time. */
  private static final int PIECE = 256;

  private final DeltaInts prefixes;
  private final DeltaLengths suffixes;
  private final Scratch scratch;
  private final long[] prefix = new long[PIECE];
  private final long[] suffix = new long[PIECE];

  /** The value before: where it is in the scratch. */
  private int lastAt;

  private int lastLength;

  DeltaStrings(byte[] bytes, int start, int end, int count, Scratch scratch) {
    this.prefixes = new DeltaInts(bytes, start, end, true);
    int behind = DeltaInts.behind(bytes, start, end, count);
    this.suffixes = new DeltaLengths(bytes, behind, end, count);
    this.scratch = scratch;
    scratch.end = 0;
  }

  @Override
  public void slices(long[] target, int offset, int count) {
    rewind();
    for (int done = 0; done < count; done += PIECE) {
      int n = lengths(count - done);
      for (int i = 0; i < n; i++) {
        one(i);
        target[offset + done + i] = (long) lastAt << 32 | lastLength;
      }
    }
  }

  /** Reads the lengths of the next values, at most so many; the result is of how many. */
  private int lengths(int most) {
    int n = Math.min(most, PIECE);
    prefixes.longs(prefix, 0, n);
    suffixes.slices(suffix, 0, n);
    return n;
  }

  /** The value before moves to the front; what else there is was used. */
  private void rewind() {
    if (lastAt > 0) {
      System.arraycopy(scratch.bytes, lastAt, scratch.bytes, 0, lastLength);
      lastAt = 0;
    }
    scratch.end = lastLength;
  }

  private void one(int i) {
    int kept = (int) prefix[i];
    int length = (int) suffix[i];
    if (kept < 0 || kept > lastLength) {
      throw Bits.ended();
    }
    scratch.ensure(kept + length);
    System.arraycopy(scratch.bytes, lastAt, scratch.bytes, scratch.end, kept);
    System.arraycopy(
        suffixes.bytes(), (int) (suffix[i] >>> 32), scratch.bytes, scratch.end + kept, length);
    lastAt = scratch.end;
    lastLength = kept + length;
    scratch.end += lastLength;
  }

  @Override
  public byte[] bytes() {
    return scratch.bytes;
  }

  @Override
  public void skip(int count) {
    for (int done = 0; done < count; done += PIECE) {
      int n = lengths(count - done);
      for (int i = 0; i < n; i++) {
        rewind();
        one(i);
      }
    }
  }
}
