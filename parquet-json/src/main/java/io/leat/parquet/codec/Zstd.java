package io.leat.parquet.codec;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

/** Zstandard, by the reference library. */
final class Zstd extends Codec {
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();

  @Override
  public void decompress(byte[] source, int start, int length, byte[] target, int at, int size) {
    try {
      if (context.decompressByteArray(target, at, size, source, start, length) != size) {
        throw corrupt("zstd");
      }
    } catch (ZstdException e) {
      throw corrupt("zstd");
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
