package io.leat.parquet;

import io.leat.parquet.bounds.Scratch;

/** Turns decoded values into cells of JSON text. Owned by one thread. */
abstract class ValueText {
  /** Replaces numbers by their cells, whose text is appended. */
  abstract void longs(long[] inOut, int offset, int count, Prefix prefix, Scratch out);

  /** Replaces slices (position << 32 | length) by their cells, whose text is appended. */
  abstract void slices(
      long[] inOut, int offset, int count, byte[] source, Prefix prefix, Scratch out);

  /** Of numbers. */
  abstract static class OfLongs extends ValueText {
    /** The most bytes that one value takes. */
    abstract int most();

    /** Writes one; returns the position behind, or a rejected cell. */
    abstract int one(long value, byte[] out, int at);

    @Override
    void longs(long[] inOut, int offset, int count, Prefix prefix, Scratch out) {
      int each = prefix.length() + most();
      int done = 0;
      while (done < count) {
        // In pieces, so that room is not asked for more than is written by much.
        int some = Math.min(count - done, 256);
        out.ensure(some * each);
        byte[] bytes = out.bytes;
        int at = out.end;
        for (int i = offset + done; i < offset + done + some; i++) {
          Scratch.copy(prefix.bytes(), 0, bytes, at, prefix.length());
          int end = one(inOut[i], bytes, at + prefix.length());
          if (end < 0) {
            inOut[i] = end;
          } else {
            inOut[i] = Cell.of(at, end - at);
            at = end;
          }
        }
        out.end = at;
        done += some;
      }
    }

    @Override
    final void slices(
        long[] inOut, int offset, int count, byte[] source, Prefix prefix, Scratch out) {
      throw new IllegalStateException("bytes for a column of numbers");
    }
  }

  /** Of bytes. */
  abstract static class OfBytes extends ValueText {
    /** Appends one; returns 0, or a rejected cell: then what was appended is dropped. */
    abstract long one(byte[] source, int start, int length, Scratch out);

    @Override
    final void longs(long[] inOut, int offset, int count, Prefix prefix, Scratch out) {
      throw new IllegalStateException("numbers for a column of bytes");
    }

    @Override
    void slices(long[] inOut, int offset, int count, byte[] source, Prefix prefix, Scratch out) {
      for (int i = offset; i < offset + count; i++) {
        int at = out.end;
        out.append(prefix.bytes(), 0, prefix.length());
        long cell = one(source, (int) (inOut[i] >>> 32), (int) inOut[i], out);
        if (cell < 0) {
          out.end = at;
          inOut[i] = cell;
        } else {
          inOut[i] = Cell.of(at, out.end - at);
        }
      }
    }
  }
}
