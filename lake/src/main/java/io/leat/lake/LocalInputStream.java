package io.leat.lake;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * Reads a file by position. Single bytes come from a small buffer; larger reads go to the channel,
 * at most {@link #CHUNK} bytes at once, as the JDK keeps a direct buffer of that size per thread.
 * Owned by one thread, but for {@link #readFully} and {@link #readTail}.
 */
final class LocalInputStream extends SeekableInputStream implements RangeReadable {
  private static final int CHUNK = 256 * 1024;
  private static final int SMALL = 8 * 1024;

  private final FileChannel channel;
  private final ByteBuffer small = ByteBuffer.allocate(SMALL).limit(0);

  /** Where in the file the small buffer ends. */
  private long filled;

  LocalInputStream(FileChannel channel) {
    this.channel = channel;
  }

  @Override
  public long getPos() {
    return filled - small.remaining();
  }

  @Override
  public void seek(long position) throws IOException {
    if (position < 0) {
      throw new EOFException("Cannot seek to " + position);
    }
    long start = filled - small.limit();
    if (position >= start && position <= filled) {
      small.position((int) (position - start));
    } else {
      small.limit(0);
      filled = position;
    }
  }

  @Override
  public int read() throws IOException {
    if (!small.hasRemaining() && !fill()) {
      return -1;
    }
    return small.get() & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!small.hasRemaining()) {
      if (length >= SMALL) {
        return readDirect(target, offset, length);
      }
      if (!fill()) {
        return -1;
      }
    }
    int count = Math.min(length, small.remaining());
    small.get(target, offset, count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    if (count <= 0) {
      return 0;
    }
    long skipped = Math.min(count, Math.max(0, channel.size() - getPos()));
    seek(getPos() + skipped);
    return skipped;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, channel.size() - getPos()));
  }

  @Override
  public void readFully(long position, byte[] target, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int count = readAt(position + done, target, offset + done, length - done);
      if (count < 0) {
        throw new EOFException(
            "Asked for " + length + " bytes at " + position + ", the file ends after " + done);
      }
      done += count;
    }
  }

  @Override
  public int readTail(byte[] target, int offset, int length) throws IOException {
    long size = channel.size();
    int count = (int) Math.min(size, length);
    readFully(size - count, target, offset, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private boolean fill() throws IOException {
    small.clear();
    int count = channel.read(small, filled);
    small.flip();
    if (count <= 0) {
      small.limit(0);
      return false;
    }
    filled += count;
    return true;
  }

  private int readDirect(byte[] target, int offset, int length) throws IOException {
    int count = readAt(filled, target, offset, length);
    if (count > 0) {
      small.limit(0);
      filled += count;
    }
    return count;
  }

  private int readAt(long position, byte[] target, int offset, int length) throws IOException {
    return channel.read(ByteBuffer.wrap(target, offset, Math.min(length, CHUNK)), position);
  }
}
