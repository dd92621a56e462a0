package io.leat.files.work;

import io.leat.files.place.Staging;
import io.leat.parquet.PartSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Writes an attempt's parts where nobody sees them, and remembers those that are whole. */
final class StagedParts implements PartSink {
  private final Staging staging;
  private final long fence;
  private final int before;
  private final String extension;
  private final List<Resume.Part> whole = new ArrayList<>();

  /**
   * @param before how many parts there are already
   */
  StagedParts(Staging staging, long fence, int before, String extension) {
    this.staging = staging;
    this.fence = fence;
    this.before = before;
    this.extension = extension;
  }

  /** A part's name: it tells attempts apart, where two write to one place. */
  static String name(int index, long fence, String extension) {
    return String.format(Locale.ROOT, "part-%05d-%d.%s", index, fence, extension);
  }

  /** The parts that are whole, in their order. */
  synchronized List<Resume.Part> whole() {
    return List.copyOf(whole);
  }

  @Override
  public Part open(int index) throws IOException {
    String name = name(before + index, fence, extension);
    Staging.PartFile file = staging.part(name);
    MessageDigest digest = sha256();
    return new Part() {
      private long bytes;

      @Override
      public void write(ByteBuffer buffer) throws IOException {
        bytes += buffer.remaining();
        digest.update(buffer.duplicate());
        file.write(buffer);
      }

      @Override
      public void close() throws IOException {
        file.complete();
        add(new Resume.Part(name, bytes, HexFormat.of().formatHex(digest.digest())));
      }

      @Override
      public void abort() {
        file.abort();
      }
    };
  }

  private synchronized void add(Resume.Part part) {
    whole.add(part);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
