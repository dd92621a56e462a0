package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Refusal;

/**
 * Runs of repeated and of bit-packed numbers: levels, dictionary indexes and booleans; and levels
 * of very old writers, which are bit-packed otherwise. Format:
 * https://github.com/apache/parquet-format/blob/master/Encodings.md
 *
 * <p>The array has 8 bytes of padding behind the end.
 */
public final class Hybrid {
  private byte[] bytes = new byte[0];
  private int at;
  private int end;
  private int width;
  private int valueBytes;
  private int mask;

  /** Left of the run. */
  private int left;

  private boolean isPacked;

  /** Whether packed values begin with the highest bit of a byte. */
  private boolean isHighFirst;

  private int repeated;

  /** Position of the run's first bit in bits, and of its next value. */
  private int packedAt;

  private int packedIndex;

  /**
   * Begins.
   *
   * @param bitWidth 0 to 32
   */
  public void reset(byte[] source, int start, int limit, int bitWidth) {
    if (bitWidth < 0 || bitWidth > 32) {
      throw Refusal.corrupt("bad-page", "a bit width is not between 0 and 32");
    }
    bytes = source;
    at = start;
    end = limit;
    width = bitWidth;
    valueBytes = (bitWidth + 7) >>> 3;
    mask = bitWidth == 32 ? -1 : (1 << bitWidth) - 1;
    left = 0;
    isHighFirst = false;
  }

  /**
   * Begins with numbers of very old writers, which are packed from the highest bit of a byte down
   * and not in runs.
   *
   * @param count how many there are; all their bytes must be there
   * @param bitWidth 1 to 32
   */
  public void resetPacked(byte[] source, int start, int count, int bitWidth) {
    reset(source, start, start, bitWidth);
    isHighFirst = true;
    isPacked = true;
    packedAt = start;
    packedIndex = 0;
    left = count;
  }

  /** How many of the next values are surely the same, at most so many; 0 if it is not known. */
  public int sameAs(int value, int most) {
    if (left == 0 && most > 0) {
      run();
    }
    return !isPacked && repeated == value ? Math.min(left, most) : 0;
  }

  /** Reads. */
  public void read(int[] target, int offset, int count) {
    int out = offset;
    int last = offset + count;
    while (out < last) {
      if (left == 0) {
        run();
      }
      int n = Math.min(left, last - out);
      if (isPacked) {
        unpack(target, out, n);
        packedIndex += n;
      } else {
        java.util.Arrays.fill(target, out, out + n, repeated);
      }
      out += n;
      left -= n;
    }
  }

  /** Skips. */
  public void skip(int count) {
    int more = count;
    while (more > 0) {
      if (left == 0) {
        run();
      }
      int n = Math.min(left, more);
      packedIndex += n;
      left -= n;
      more -= n;
    }
  }

  private void unpack(int[] target, int offset, int count) {
    if (isHighFirst) {
      unpackHighFirst(target, offset, count);
      return;
    }
    byte[] from = bytes;
    int base = packedAt;
    int bits = width;
    int m = mask;
    long bit = (long) packedIndex * bits;
    for (int i = 0; i < count; i++) {
      long word = (long) Bits.LONG.get(from, base + (int) (bit >>> 3));
      target[offset + i] = (int) (word >>> (bit & 7)) & m;
      bit += bits;
    }
  }

  private void unpackHighFirst(int[] target, int offset, int count) {
    long bit = (long) packedIndex * width;
    for (int i = 0; i < count; i++) {
      long word = Long.reverseBytes((long) Bits.LONG.get(bytes, packedAt + (int) (bit >>> 3)));
      target[offset + i] = (int) (word << (bit & 7) >>> (Long.SIZE - width));
      bit += width;
    }
  }

  private void run() {
    int header = varint();
    if ((header & 1) == 0) {
      isPacked = false;
      left = header >>> 1;
      if (valueBytes > end - at) {
        throw Bits.ended();
      }
      int value = 0;
      for (int i = 0; i < valueBytes; i++) {
        value |= (bytes[at++] & 0xff) << (8 * i);
      }
      repeated = value & mask;
    } else {
      isPacked = true;
      int groups = header >>> 1;
      long need = (long) groups * width;
      long count = groups * 8L;
      if (need > end - at) {
        // The last group may be cut short, as some writers do.
        need = (long) end - at;
        count = width == 0 ? 0 : need * 8 / width;
      }
      packedAt = at;
      packedIndex = 0;
      at += (int) need;
      left = (int) Math.min(count, Integer.MAX_VALUE);
    }
    if (left == 0) {
      throw Bits.ended();
    }
  }

  private int varint() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (at >= end) {
        throw Bits.ended();
      }
      int b = bytes[at++];
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw Refusal.corrupt("bad-page", "a run's length is not a number");
  }
}
