package io.leat.parquet.codec;

import io.leat.parquet.bounds.Refusal;

/**
 * Decompresses pages; owned by one thread. Both arrays have {@link
 * io.leat.parquet.bounds.Scratch#PADDING} bytes behind the range, which may be read and
 * overwritten.
 */
public abstract class Codec implements AutoCloseable {
  /** The codec that does nothing. */
  public static final int UNCOMPRESSED = 0;

  Codec() {}

  /**
   * A codec by its number in the footer.
   *
   * @throws Refusal when it is not read
   */
  static Codec of(int number) {
    return switch (number) {
      case UNCOMPRESSED -> new Plain();
      case 1 -> new Snappy();
      case 2 -> new Gzip();
      case 3 -> throw unsupported("LZO");
      case 4 -> new Brotli();
      case 5 -> new HadoopLz4();
      case 6 -> new Zstd();
      case 7 -> new RawLz4();
      default -> throw unsupported("number " + number);
    };
  }

  private static Refusal unsupported(String what) {
    return Refusal.unsupported(
        "codec",
        "the compression codec "
            + what
            + " is not read; snappy, gzip, zstd, lz4, brotli and uncompressed are");
  }

  /**
   * Fills exactly so many bytes of the target.
   *
   * @throws Refusal when the source holds anything else
   */
  public abstract void decompress(
      byte[] source, int start, int length, byte[] target, int at, int size);

  @Override
  public void close() {}

  static Refusal corrupt(String codec) {
    return Refusal.corrupt("bad-compression", "a page's " + codec + " bytes are not valid");
  }

  private static final class Plain extends Codec {
    @Override
    public void decompress(byte[] source, int start, int length, byte[] target, int at, int size) {
      if (length != size) {
        throw corrupt("uncompressed");
      }
      System.arraycopy(source, start, target, at, size);
    }
  }

  private static final class RawLz4 extends Codec {
    @Override
    public void decompress(byte[] source, int start, int length, byte[] target, int at, int size) {
      if (Lz4.decompress(source, start, start + length, target, at, at + size) != at + size) {
        throw corrupt("lz4");
      }
    }
  }
}
