package io.leat.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where output goes. Parts are written strictly in order, one at a time, by one thread at a time,
 * though not always by the same.
 */
@FunctionalInterface
public interface PartSink {
  /**
   * Begins a part.
   *
   * @param index from 0, counted in this conversion
   */
  Part open(int index) throws IOException;

  /** A piece of the output. It is ended by exactly one of {@link #close} and {@link #abort}. */
  interface Part extends AutoCloseable {
    /** Takes all the remaining bytes; the buffer is used again afterwards. */
    void write(ByteBuffer bytes) throws IOException;

    /** The part is complete. */
    @Override
    void close() throws IOException;

    /** The conversion failed: what was written is to be thrown away. */
    void abort();
  }
}
