package io.leat.rules.seen;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes an {@link IdFile}: entries come in the order of their ids, each id once. */
final class IdFileWriter implements Closeable {
  private static final int BUFFER = IdFile.ENTRY * 4_096;

  private final Path path;
  private final IdRange range;
  private final FileChannel channel;
  private final int words;
  private final MappedByteBuffer filter;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private int count;
  private long latest = Long.MIN_VALUE;
  private boolean finished;
  private boolean closed;

  /**
   * @param range what the ids are of
   * @param atMost entries that may come
   */
  IdFileWriter(Path path, IdRange range, int atMost) throws IOException {
    this.path = path;
    this.range = range;
    this.words = atMost / IdFile.IDS_PER_WORD + 1;
    this.channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      filter =
          channel.map(FileChannel.MapMode.READ_WRITE, IdFile.HEADER, (long) words * Long.BYTES);
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(path);
      throw e;
    }
    filter.order(ByteOrder.LITTLE_ENDIAN);
    channel.position(IdFile.HEADER + (long) words * Long.BYTES);
  }

  void add(long high, long low, long hash, long received) throws IOException {
    int word = IdFile.wordOf(high, words) * Long.BYTES;
    filter.putLong(word, filter.getLong(word) | IdFile.mask(low));
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.putLong(high).putLong(low).putLong(hash).putLong(received);
    latest = Math.max(latest, received);
    count++;
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** The finished file, on disk for good. */
  IdFile finish() throws IOException {
    flush();
    filter.force();
    ByteBuffer header = ByteBuffer.allocate(IdFile.HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(IdFile.MAGIC).putInt(IdFile.VERSION).putInt(count).putInt(words).putLong(latest);
    header.rewind();
    for (int at = 0; header.hasRemaining(); ) {
      at += channel.write(header, at);
    }
    channel.force(true);
    finished = true;
    close();
    try (FileChannel directory =
        FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true); // its name, too
    }
    return IdFile.open(path, range);
  }

  /** Gives up a file that is not finished. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    Mappings.release(filter);
    channel.close(); // an interrupt may have closed it already
    if (!finished) {
      Files.deleteIfExists(path);
    }
  }
}
