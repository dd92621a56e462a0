package io.leat.parquet.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Snappy's block format: https://github.com/google/snappy/blob/main/format_description.txt
 *
 * <p>It is our own because it needs neither a native library, which costs start-up time, nor
 * Unsafe, of which newer Javas warn.
 */
final class Snappy extends Codec {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int[] MASKS = {0xff, 0xffff, 0xffffff, 0xffffffff};

  @Override
  public void decompress(byte[] source, int start, int length, byte[] target, int at, int size) {
    int end = start + length;
    int in = start;
    long declared = 0;
    for (int shift = 0; ; shift += 7) {
      if (in >= end || shift > 28) {
        throw corrupt("snappy");
      }
      int b = source[in++];
      declared |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        break;
      }
    }
    if (declared != size) {
      throw corrupt("snappy");
    }
    if (elements(source, in, end, target, at, at + size) != at + size) {
      throw corrupt("snappy");
    }
  }

  private static int elements(
      byte[] source, int start, int end, byte[] target, int first, int last) {
    int in = start;
    int out = first;
    while (in < end) {
      int tag = source[in++] & 0xff;
      int kind = tag & 3;
      int length;
      if (kind == 0) {
        length = (tag >>> 2) + 1;
        if (length > 60) {
          int extra = length - 60;
          length = ((int) INT.get(source, in) & MASKS[extra - 1]) + 1;
          in += extra;
        }
        if (length <= 0 || length > end - in || length > last - out) {
          throw corrupt("snappy");
        }
        Moves.literal(source, in, target, out, length);
        in += length;
      } else {
        int distance;
        int next = (int) INT.get(source, in);
        if (kind == 1) {
          length = ((tag >>> 2) & 7) + 4;
          distance = (tag >>> 5) << 8 | (next & 0xff);
          in += 1;
        } else {
          length = (tag >>> 2) + 1;
          distance = kind == 2 ? next & 0xffff : next;
          in += kind == 2 ? 2 : 4;
        }
        if (distance <= 0 || distance > out - first || length > last - out) {
          throw corrupt("snappy");
        }
        Moves.repeat(target, out, distance, length);
      }
      out += length;
    }
    return in == end ? out : -1;
  }
}
