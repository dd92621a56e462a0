package io.leat.parquet.codec;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Members of gzip (RFC 1952), one behind the other, by the JDK's zlib. */
final class Gzip extends Codec {
  private static final int HAS_CRC = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int TRAILER = 8;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();

  @Override
  public void decompress(byte[] source, int start, int length, byte[] target, int at, int size) {
    int in = start;
    int end = start + length;
    int out = at;
    int last = at + size;
    try {
      while (in < end) {
        in = header(source, in, end);
        inflater.reset();
        inflater.setInput(source, in, end - in);
        int member = out;
        // One byte more than fits shows that there is too much.
        while (!inflater.finished()) {
          int count = inflater.inflate(target, out, last - out + 1);
          out += count;
          if (out > last || (count == 0 && !inflater.finished())) {
            throw corrupt("gzip");
          }
        }
        in = end - inflater.getRemaining();
        trailer(source, in, end, target, member, out - member);
        in += TRAILER;
      }
    } catch (DataFormatException e) {
      throw corrupt("gzip");
    }
    if (in != end || out != last) {
      throw corrupt("gzip");
    }
  }

  /** A page may have no checksum of its own. */
  private void trailer(byte[] source, int at, int end, byte[] target, int from, int size) {
    if (end - at < TRAILER) {
      throw corrupt("gzip");
    }
    checksum.reset();
    checksum.update(target, from, size);
    if (number(source, at) != (int) checksum.getValue() || number(source, at + 4) != size) {
      throw corrupt("gzip");
    }
  }

  private static int number(byte[] source, int at) {
    return (source[at] & 0xff)
        | (source[at + 1] & 0xff) << 8
        | (source[at + 2] & 0xff) << 16
        | (source[at + 3] & 0xff) << 24;
  }

  private static int header(byte[] source, int start, int end) {
    if (end - start < 10
        || source[start] != 0x1f
        || source[start + 1] != (byte) 0x8b
        || source[start + 2] != 8) {
      throw corrupt("gzip");
    }
    int flags = source[start + 3];
    int in = start + 10;
    if ((flags & HAS_EXTRA) != 0) {
      if (end - in < 2) {
        throw corrupt("gzip");
      }
      in += 2 + ((source[in] & 0xff) | (source[in + 1] & 0xff) << 8);
    }
    if ((flags & HAS_NAME) != 0) {
      in = behindZero(source, in, end);
    }
    if ((flags & HAS_COMMENT) != 0) {
      in = behindZero(source, in, end);
    }
    if ((flags & HAS_CRC) != 0) {
      in += 2;
    }
    if (in > end) {
      throw corrupt("gzip");
    }
    return in;
  }

  private static int behindZero(byte[] source, int start, int end) {
    for (int in = start; in < end; in++) {
      if (source[in] == 0) {
        return in + 1;
      }
    }
    throw corrupt("gzip");
  }

  @Override
  public void close() {
    inflater.end();
  }
}
