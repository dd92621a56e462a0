package io.leat.parquet.codec;

/** LZ4's block format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
final class Lz4 {
  private Lz4() {}

  /** Decompresses a block; returns the position behind what was written. */
  static int decompress(byte[] source, int start, int end, byte[] target, int first, int last) {
    int in = start;
    int out = first;
    while (in < end) {
      int token = source[in++] & 0xff;
      int literals = token >>> 4;
      if (literals == 15) {
        int b;
        do {
          if (in >= end || literals > last - out) {
            throw Codec.corrupt("lz4");
          }
          b = source[in++] & 0xff;
          literals += b;
        } while (b == 255);
      }
      if (literals > end - in || literals > last - out) {
        throw Codec.corrupt("lz4");
      }
      if (literals > 0) {
        Moves.literal(source, in, target, out, literals);
        in += literals;
        out += literals;
      }
      if (in == end) {
        return out;
      }
      if (in + 2 > end) {
        throw Codec.corrupt("lz4");
      }
      int distance = (source[in] & 0xff) | (source[in + 1] & 0xff) << 8;
      in += 2;
      int length = (token & 15) + 4;
      if (length == 19) {
        int b;
        do {
          if (in >= end || length > last - out) {
            throw Codec.corrupt("lz4");
          }
          b = source[in++] & 0xff;
          length += b;
        } while (b == 255);
      }
      if (distance == 0 || distance > out - first || length > last - out) {
        throw Codec.corrupt("lz4");
      }
      Moves.repeat(target, out, distance, length);
      out += length;
    }
    return out;
  }
}
