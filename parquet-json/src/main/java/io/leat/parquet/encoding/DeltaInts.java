package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Refusal;

/** DELTA_BINARY_PACKED: differences in blocks of bit-packed miniblocks. */
final class DeltaInts extends Values {
  private static final int MAX_BLOCK = 1 << 20;

  private final byte[] bytes;
  private final int end;
  private final boolean isInt;
  private int at;
  private int valuesOfMiniblock;
  private int miniblocks;

  /** With what is not read yet. */
  private long total;

  /** How many values are still to come. */
  private long left;

  private long last;
  private boolean isFirst = true;
  private long minDelta;
  private int widthsAt;
  private int miniblock;
  private int leftInMiniblock;
  private int width;
  private long bit;
  private long[] none = new long[0];

  DeltaInts(byte[] bytes, int start, int end, boolean isInt) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.isInt = isInt;
    header();
  }

  private void header() {
    long block = varint();
    long minis = varint();
    total = varint();
    long first = varint();
    last = (first >>> 1) ^ -(first & 1);
    left = total;
    if (block <= 0
        || block > MAX_BLOCK
        || block % 128 != 0
        || minis <= 0
        || minis > block
        || block % minis != 0
        || block / minis % 32 != 0
        || total < 0) {
      throw Refusal.corrupt("bad-page", "the sizes of a page's delta blocks are not valid");
    }
    valuesOfMiniblock = (int) (block / minis);
    miniblocks = (int) minis;
    miniblock = miniblocks;
  }

  /**
   * Where what follows the blocks begins. No value is read, only how wide those of each miniblock
   * are.
   *
   * @param most values that there may be
   */
  static int behind(byte[] bytes, int start, int end, int most) {
    DeltaInts blocks = new DeltaInts(bytes, start, end, true);
    if (blocks.total > most) {
      throw Bits.ended();
    }
    // The first value is in the header.
    for (long more = blocks.total - 1; more > 0; more -= blocks.valuesOfMiniblock) {
      blocks.nextMiniblock();
    }
    return blocks.at;
  }

  @Override
  public void longs(long[] target, int offset, int count) {
    if (count > left) {
      throw Bits.ended();
    }
    int out = offset;
    int until = offset + count;
    if (isFirst && out < until) {
      target[out++] = narrow(last);
      isFirst = false;
    }
    while (out < until) {
      if (leftInMiniblock == 0) {
        nextMiniblock();
      }
      int n = Math.min(leftInMiniblock, until - out);
      unpack(target, out, n);
      leftInMiniblock -= n;
      out += n;
    }
    left -= count;
  }

  private void unpack(long[] target, int offset, int count) {
    long value = last;
    long delta = minDelta;
    if (width == 0) {
      for (int i = 0; i < count; i++) {
        value += delta;
        target[offset + i] = narrow(value);
      }
    } else {
      long mask = width == 64 ? -1L : (1L << width) - 1;
      for (int i = 0; i < count; i++) {
        int shift = (int) (bit & 7);
        int position = (int) (bit >>> 3);
        long word = (long) Bits.LONG.get(bytes, position) >>> shift;
        if (width + shift > 64) {
          word |= (long) bytes[position + 8] << (64 - shift);
        }
        value += delta + (word & mask);
        target[offset + i] = narrow(value);
        bit += width;
      }
    }
    last = value;
  }

  private long narrow(long value) {
    return isInt ? (int) value : value;
  }

  private void nextMiniblock() {
    if (miniblock == miniblocks) {
      long min = varint();
      minDelta = (min >>> 1) ^ -(min & 1);
      widthsAt = at;
      at += miniblocks;
      if (at > end) {
        throw Bits.ended();
      }
      miniblock = 0;
    }
    width = bytes[widthsAt + miniblock++] & 0xff;
    int size = width * valuesOfMiniblock / 8;
    if (width > 64 || size > end - at) {
      throw Bits.ended();
    }
    bit = at * 8L;
    at += size;
    leftInMiniblock = valuesOfMiniblock;
  }

  @Override
  public void skip(int count) {
    if (none.length == 0) {
      none = new long[1024];
    }
    for (int more = count; more > 0; more -= none.length) {
      longs(none, 0, Math.min(more, none.length));
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= end) {
        throw Bits.ended();
      }
      int b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw Refusal.corrupt("bad-page", "a number of a page's delta blocks has too many bytes");
  }
}
