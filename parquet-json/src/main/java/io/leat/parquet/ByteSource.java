package io.leat.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Bytes that can be read at any position, by several threads at once. */
public interface ByteSource extends AutoCloseable {
  /** How many bytes there are; the same as long as the source is open. */
  long size();

  /**
   * Fills the target's remaining bytes from the position on, or fails.
   *
   * @throws IOException when they cannot be read, also because there are fewer
   */
  void read(long position, ByteBuffer target) throws IOException;

  @Override
  void close() throws IOException;

  /**
   * A file on disk. It must not change while it is open.
   *
   * @throws IOException when it cannot be opened
   */
  static ByteSource file(Path path) throws IOException {
    return FileBytes.open(path);
  }

  /** Bytes in memory, which must not be changed afterwards. */
  static ByteSource of(byte[] bytes) {
    return new MemoryBytes(bytes);
  }
}
