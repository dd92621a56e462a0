package io.leat.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes in memory. */
final class MemoryBytes implements ByteSource {
  private final byte[] bytes;

  MemoryBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void read(long position, ByteBuffer target) throws IOException {
    int count = target.remaining();
    if (position < 0 || position > bytes.length - count) {
      throw new EOFException("there are only " + bytes.length + " bytes");
    }
    target.put(bytes, (int) position, count);
  }

  @Override
  public void close() {}
}
