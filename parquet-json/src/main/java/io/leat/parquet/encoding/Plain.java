package io.leat.parquet.encoding;

/** Values as they are. */
final class Plain {
  private Plain() {}

  /** Integers and floats of 32 bits. */
  static final class Ints extends Values {
    private final byte[] bytes;
    private int at;
    private final int end;

    Ints(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.at = start;
      this.end = end;
    }

    @Override
    public void longs(long[] target, int offset, int count) {
      if (count > (end - at) >> 2) {
        throw Bits.ended();
      }
      byte[] from = bytes;
      int base = at;
      for (int i = 0; i < count; i++) {
        target[offset + i] = (int) Bits.INT.get(from, base + 4 * i);
      }
      at += 4 * count;
    }

    @Override
    public void skip(int count) {
      if (count > (end - at) >> 2) {
        throw Bits.ended();
      }
      at += 4 * count;
    }
  }

  /** Integers and floats of 64 bits. */
  static final class Longs extends Values {
    private final byte[] bytes;
    private int at;
    private final int end;

    Longs(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.at = start;
      this.end = end;
    }

    @Override
    public void longs(long[] target, int offset, int count) {
      if (count > (end - at) >> 3) {
        throw Bits.ended();
      }
      byte[] from = bytes;
      int base = at;
      for (int i = 0; i < count; i++) {
        target[offset + i] = (long) Bits.LONG.get(from, base + 8 * i);
      }
      at += 8 * count;
    }

    @Override
    public void skip(int count) {
      if (count > (end - at) >> 3) {
        throw Bits.ended();
      }
      at += 8 * count;
    }
  }

  /** One bit each, the lowest first. */
  static final class Booleans extends Values {
    private final byte[] bytes;
    private final long end;
    private long bit;

    Booleans(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.bit = start * 8L;
      this.end = end * 8L;
    }

    @Override
    public void longs(long[] target, int offset, int count) {
      if (count > end - bit) {
        throw Bits.ended();
      }
      for (int i = 0; i < count; i++) {
        target[offset + i] = (bytes[(int) (bit >>> 3)] >>> (bit & 7)) & 1L;
        bit++;
      }
    }

    @Override
    public void skip(int count) {
      if (count > end - bit) {
        throw Bits.ended();
      }
      bit += count;
    }
  }

  /** Each with its length in front. */
  static final class Strings extends Values {
    private final byte[] bytes;
    private int at;
    private final int end;

    Strings(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.at = start;
      this.end = end;
    }

    @Override
    public void slices(long[] target, int offset, int count) {
      int position = at;
      for (int i = 0; i < count; i++) {
        int length = length(position);
        target[offset + i] = (long) (position + 4) << 32 | length;
        position += 4 + length;
      }
      at = position;
    }

    private int length(int position) {
      if (end - position < 4) {
        throw Bits.ended();
      }
      int length = (int) Bits.INT.get(bytes, position);
      if (length < 0 || length > end - position - 4) {
        throw Bits.ended();
      }
      return length;
    }

    @Override
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public void skip(int count) {
      for (int i = 0; i < count; i++) {
        at += 4 + length(at);
      }
    }
  }

  /** Each of the same length. */
  static final class Fixed extends Values {
    private final byte[] bytes;
    private final int length;
    private int at;
    private final int end;

    Fixed(byte[] bytes, int start, int end, int length) {
      this.bytes = bytes;
      this.length = length;
      this.at = start;
      this.end = end;
    }

    @Override
    public void slices(long[] target, int offset, int count) {
      check(count);
      for (int i = 0; i < count; i++) {
        target[offset + i] = (long) at << 32 | length;
        at += length;
      }
    }

    private void check(int count) {
      if ((long) count * length > end - at) {
        throw Bits.ended();
      }
    }

    @Override
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public void skip(int count) {
      check(count);
      at += count * length;
    }
  }
}
