package io.leat.parquet.encoding;

/**
 * DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. Lengths are read as they are needed: a few
 * bytes can hold millions of them, so that no memory would suffice for all.
 */
final class DeltaLengths extends Values {
  private static final int PIECE = 256;

  private final byte[] bytes;
  private final int end;
  private final DeltaInts lengths;
  private int at;
  private long[] skipped = new long[0];

  DeltaLengths(byte[] bytes, int start, int end, int count) {
    this.bytes = bytes;
    this.end = end;
    this.lengths = new DeltaInts(bytes, start, end, true);
    this.at = DeltaInts.behind(bytes, start, end, count);
  }

  @Override
  public void slices(long[] target, int offset, int count) {
    lengths.longs(target, offset, count);
    int position = at;
    for (int i = offset; i < offset + count; i++) {
      long length = target[i];
      if (length < 0 || length > end - position) {
        throw Bits.ended();
      }
      target[i] = (long) position << 32 | length;
      position += (int) length;
    }
    at = position;
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public void skip(int count) {
    if (skipped.length == 0) {
      skipped = new long[PIECE];
    }
    for (int more = count; more > 0; more -= PIECE) {
      slices(skipped, 0, Math.min(more, PIECE));
    }
  }
}
