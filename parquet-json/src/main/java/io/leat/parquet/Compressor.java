package io.leat.parquet;

import com.github.luben.zstd.ZstdCompressCtx;
import io.leat.parquet.bounds.Scratch;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Compresses pieces of the output to members or frames of their own. Owned by one thread. */
abstract class Compressor implements AutoCloseable {
  private Compressor() {}

  /** One for these options; null if nothing is compressed. */
  static @Nullable Compressor of(OutputOptions options) {
    return switch (options.compression()) {
      case NONE -> null;
      case GZIP -> new Gzip(options.compressionLevel());
      case ZSTD -> new Zstd(options.compressionLevel());
    };
  }

  /** Appends them, compressed. */
  abstract void compress(byte[] bytes, int start, int length, Scratch out);

  @Override
  public abstract void close();

  private static final class Gzip extends Compressor {
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

    private final Deflater deflater;
    private final CRC32 crc = new CRC32();

    Gzip(int level) {
      deflater = new Deflater(level == 0 ? Deflater.DEFAULT_COMPRESSION : Math.min(level, 9), true);
    }

    @Override
    void compress(byte[] bytes, int start, int length, Scratch out) {
      // The bound of zlib for what cannot be compressed, header and trailer.
      out.ensure(length + length / 1000 + 64);
      System.arraycopy(HEADER, 0, out.bytes, out.end, HEADER.length);
      out.end += HEADER.length;
      deflater.reset();
      deflater.setInput(bytes, start, length);
      deflater.finish();
      while (!deflater.finished()) {
        out.ensure(1024);
        out.end +=
            deflater.deflate(out.bytes, out.end, out.bytes.length - Scratch.PADDING - out.end);
      }
      crc.reset();
      crc.update(bytes, start, length);
      out.ensure(8);
      little((int) crc.getValue(), out);
      little(length, out);
    }

    private static void little(int value, Scratch out) {
      for (int shift = 0; shift < 32; shift += 8) {
        out.put(value >>> shift);
      }
    }

    @Override
    public void close() {
      deflater.end();
    }
  }

  private static final class Zstd extends Compressor {
    private final ZstdCompressCtx context = new ZstdCompressCtx();

    Zstd(int level) {
      if (level > 0) {
        context.setLevel(Math.min(level, 22));
      }
      context.setChecksum(true);
    }

    @Override
    void compress(byte[] bytes, int start, int length, Scratch out) {
      int most = (int) com.github.luben.zstd.Zstd.compressBound(length);
      out.ensure(most);
      out.end += context.compressByteArray(out.bytes, out.end, most, bytes, start, length);
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
