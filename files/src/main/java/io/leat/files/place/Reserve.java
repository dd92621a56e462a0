package io.leat.files.place;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps a part of a file system free for what else is written to it. That is more than what has to
 * stay free, so that events are taken on while files wait. It is measured now and then, not with
 * each write. Used by one thread.
 */
public final class Reserve {
  private static final long LEAST = 256L << 20;
  private static final long MOST = 4L << 30;
  private static final int SHARE = 20;

  /** Bytes that may be written before it is measured again. */
  private static final long EVERY = 16L << 20;

  private final Path path;
  private final FileStore store;
  private final long reserve;
  private long granted;

  /**
   * @param path that is written, or its folder; it is there
   * @param configured bytes that have to stay free; 0: a twentieth of the file system, at least 256
   *     MiB and at most 4 GiB
   */
  public Reserve(Path path, long configured) throws IOException {
    this.path = path;
    this.store = Files.getFileStore(path);
    long least =
        configured > 0
            ? configured
            : Math.max(LEAST, Math.min(MOST, store.getTotalSpace() / SHARE));
    this.reserve = least + least / 4;
  }

  /**
   * So many bytes are about to be written.
   *
   * @throws FileSystemException when there is no room for them besides the reserve
   */
  public void take(long bytes) throws IOException {
    if (bytes > granted) {
      granted = Math.min(Math.max(EVERY, bytes), store.getUsableSpace() - reserve);
      if (bytes > granted) {
        granted = 0;
        throw new FileSystemException(
            path.toString(), null, "no space left but for a reserve of " + reserve + " bytes");
      }
    }
    granted -= bytes;
  }

  /** Takes what is written through it, before it is written. */
  public OutputStream before(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(int b) throws IOException {
        take(1);
        out.write(b);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        take(length);
        out.write(bytes, from, length);
      }
    };
  }
}
