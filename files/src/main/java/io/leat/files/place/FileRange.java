package io.leat.files.place;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A piece of a file as a stream: it ends where the piece ends. */
final class FileRange extends InputStream {
  private final FileChannel channel;
  private long left;

  private FileRange(FileChannel channel, long length) {
    this.channel = channel;
    this.left = length;
  }

  /**
   * @param from its first byte's place in the file
   * @throws UncheckedIOException when it cannot be opened
   */
  static FileRange of(Path file, long from, long length) {
    try {
      FileChannel channel = FileChannel.open(file);
      try {
        return new FileRange(channel.position(from), length);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int count = channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, left)));
    left -= Math.max(0, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
