package io.leat.parquet.codec;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.brotli.dec.BrotliInputStream;

/** Brotli, by its authors' decoder in Java. */
final class Brotli extends Codec {
  @Override
  public void decompress(byte[] source, int start, int length, byte[] target, int at, int size) {
    try (BrotliInputStream in =
        new BrotliInputStream(new ByteArrayInputStream(source, start, length))) {
      int out = 0;
      while (out < size) {
        int count = in.read(target, at + out, size - out);
        if (count <= 0) {
          throw corrupt("brotli");
        }
        out += count;
      }
      if (in.read() >= 0) {
        throw corrupt("brotli");
      }
    } catch (IOException | IllegalStateException e) {
      throw corrupt("brotli");
    }
  }
}
