package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;

/** BYTE_STREAM_SPLIT: the first bytes of all values, then all second ones, and so on. */
final class StreamSplit extends Values {
  private final byte[] bytes;
  private final int start;
  private final int stride;
  private final int width;
  private final Scratch scratch;
  private int next;

  StreamSplit(byte[] bytes, int start, int end, int width, Scratch scratch) {
    if (width <= 0 || (end - start) % width != 0) {
      throw Refusal.corrupt("bad-page", "a page's byte streams are not of the same length");
    }
    this.bytes = bytes;
    this.start = start;
    this.stride = (end - start) / width;
    this.width = width;
    this.scratch = scratch;
  }

  @Override
  public void longs(long[] target, int offset, int count) {
    check(count);
    for (int i = 0; i < count; i++) {
      long value = 0;
      int at = start + next++;
      for (int b = 0; b < width; b++) {
        value |= (bytes[at] & 0xffL) << (8 * b);
        at += stride;
      }
      target[offset + i] = width == 4 ? (int) value : value;
    }
  }

  @Override
  public void slices(long[] target, int offset, int count) {
    check(count);
    scratch.end = 0;
    scratch.ensure(count * width);
    int out = 0;
    for (int i = 0; i < count; i++) {
      target[offset + i] = (long) out << 32 | width;
      int at = start + next++;
      for (int b = 0; b < width; b++) {
        scratch.bytes[out++] = bytes[at];
        at += stride;
      }
    }
  }

  @Override
  public byte[] bytes() {
    return scratch.bytes;
  }

  @Override
  public void skip(int count) {
    check(count);
    next += count;
  }

  private void check(int count) {
    if (count > stride - next) {
      throw Bits.ended();
    }
  }
}
