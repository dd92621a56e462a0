package io.leat.parquet.codec;

import io.leat.parquet.bounds.Refusal;

/**
 * The codec that the format calls LZ4: blocks framed as Hadoop does it. Some writers wrote bare
 * blocks under this name, so what is not framed is tried as one; see the format's Compression.md.
 */
final class HadoopLz4 extends Codec {
  @Override
  public void decompress(byte[] source, int start, int length, byte[] target, int at, int size) {
    if (framed(source, start, start + length, target, at, at + size)) {
      return;
    }
    if (Lz4.decompress(source, start, start + length, target, at, at + size) != at + size) {
      throw corrupt("lz4");
    }
  }

  private static boolean framed(
      byte[] source, int start, int end, byte[] target, int first, int last) {
    int in = start;
    int out = first;
    while (in < end) {
      if (end - in < 8) {
        return false;
      }
      int plain = bigEndian(source, in);
      in += 4;
      if (plain < 0 || plain > last - out) {
        return false;
      }
      int until = out + plain;
      while (out < until) {
        if (end - in < 4) {
          return false;
        }
        int block = bigEndian(source, in);
        in += 4;
        if (block < 0 || block > end - in) {
          return false;
        }
        int before = out;
        try {
          out = Lz4.decompress(source, in, in + block, target, out, until);
        } catch (Refusal e) {
          return false;
        }
        in += block;
        if (out == before) {
          return false;
        }
      }
    }
    return out == last;
  }

  private static int bigEndian(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }
}
