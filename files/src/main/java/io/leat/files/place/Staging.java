package io.leat.files.place;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Collection;

/** What an attempt writes. Used by one attempt; not thread-safe. */
public interface Staging {
  /** Begins a part; what was there by that name is replaced. */
  PartFile part(String name) throws IOException;

  /** Reads a part that is whole. */
  InputStream read(String name) throws IOException;

  /** Removes all parts but these. */
  void keepOnly(Collection<String> names) throws IOException;

  /**
   * Makes the output visible, with all its parts and the manifest at once, and for good: when this
   * returns it outlives a power cut.
   *
   * @return false when an output is there already; it stays as it is
   */
  boolean publish(byte[] manifest) throws IOException;

  /** A part that is written. */
  interface PartFile {
    /** Takes all the remaining bytes. */
    void write(ByteBuffer bytes) throws IOException;

    /** It is whole, and outlives a power cut. */
    void complete() throws IOException;

    /** It is to be thrown away. */
    void abort();
  }
}
