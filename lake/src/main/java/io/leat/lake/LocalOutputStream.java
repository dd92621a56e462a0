package io.leat.lake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * Writes a file; its close makes it durable: the bytes first, then the name. A stream whose write
 * or close failed never publishes a name. Owned by one thread.
 */
final class LocalOutputStream extends PositionOutputStream {
  private static final int BUFFER = 16 * 1024;

  /** At most this much goes to the channel at once; the JDK keeps a direct buffer of that size. */
  private static final int CHUNK = 256 * 1024;

  private final FileChannel channel;
  private final Path written;
  private final Path published;
  private final Fsync fsync;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private long flushed;
  private boolean closed;
  private boolean failed;

  /**
   * @param written where the bytes go
   * @param published the name that the file has after a successful close; may be the same
   */
  LocalOutputStream(FileChannel channel, Path written, Path published, Fsync fsync) {
    this.channel = channel;
    this.written = written;
    this.published = published;
    this.fsync = fsync;
  }

  @Override
  public long getPos() {
    return flushed + buffer.position();
  }

  @Override
  public long storedLength() {
    return getPos();
  }

  @Override
  public void write(int value) throws IOException {
    ensureOpen();
    if (!buffer.hasRemaining()) {
      drain();
    }
    buffer.put((byte) value);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    ensureOpen();
    if (length <= buffer.remaining()) {
      buffer.put(source, offset, length);
      return;
    }
    drain();
    if (length < BUFFER) {
      buffer.put(source, offset, length);
      return;
    }
    for (int done = 0; done < length; ) {
      int count = Math.min(length - done, CHUNK);
      writeFully(ByteBuffer.wrap(source, offset + done, count));
      done += count;
    }
  }

  @Override
  public void flush() throws IOException {
    ensureOpen();
    drain();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    boolean complete = false;
    try (channel) {
      if (!failed) {
        drain();
        fsync.file(channel, written);
        complete = true;
      }
    } finally {
      if (!complete) {
        discard();
      }
    }
    if (complete) {
      publish();
    }
  }

  private void publish() throws IOException {
    if (!written.equals(published)) {
      Files.move(written, published, StandardCopyOption.ATOMIC_MOVE);
    }
    Path parent = published.getParent();
    if (parent != null) {
      fsync.directory(parent);
    }
  }

  private void discard() throws IOException {
    Files.deleteIfExists(written);
  }

  private void drain() throws IOException {
    buffer.flip();
    writeFully(buffer);
    buffer.clear();
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    failed = true;
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    failed = false;
    flushed += count;
  }

  private void ensureOpen() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }
}
