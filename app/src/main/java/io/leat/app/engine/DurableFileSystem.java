package io.leat.app.engine;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * Flink's local file system, but what is closed is on the device: a checkpoint that a table's
 * commit relies on survives a power cut as the table does.
 */
final class DurableFileSystem extends LocalFileSystem {
  private static final URI ROOT = URI.create(DurableFileSystemFactory.SCHEME + ":/");

  /** How many directories a checkpoint creates above its files: job, job id, chk-n. */
  private static final int LEVELS = 4;

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
    java.nio.file.Path file = pathToFile(path).toPath();
    java.nio.file.Path parent = file.getParent();
    if (parent != null) {
      mkdirs(new Path(parent.toUri()));
    }
    FileChannel channel =
        mode == WriteMode.NO_OVERWRITE
            ? FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
            : FileChannel.open(
                file,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING);
    return new DurableStream(channel, file);
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    boolean existed = exists(path);
    boolean made = super.mkdirs(path);
    if (!existed) {
      java.nio.file.Path directory = pathToFile(path).toPath().getParent();
      for (int level = 0; level < LEVELS && directory != null; level++) {
        DurableFiles.force(directory);
        directory = directory.getParent();
      }
    }
    return made;
  }

  @Override
  public boolean rename(Path source, Path target) throws IOException {
    boolean renamed = super.rename(source, target);
    java.nio.file.Path parent = pathToFile(target).toPath().getParent();
    if (renamed && parent != null) {
      DurableFiles.force(parent);
    }
    return renamed;
  }

  /** Flink's local one does not force; without it Flink writes through {@link #create}. */
  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals")
  public org.apache.flink.core.fs.local.LocalRecoverableWriter createRecoverableWriter() {
    throw new UnsupportedOperationException(
        RecoverableWriter.class.getSimpleName() + " is not durable");
  }

  /** Owned by one thread, but for a close by another that gives the stream up. */
  private static final class DurableStream extends FSDataOutputStream {
    private static final int CHUNK = 256 * 1024;

    private final FileChannel channel;
    private final java.nio.file.Path file;
    private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
    private long drained;

    DurableStream(FileChannel channel, java.nio.file.Path file) {
      this.channel = channel;
      this.file = file;
    }

    @Override
    public long getPos() {
      return drained + buffer.position();
    }

    @Override
    public void write(int value) throws IOException {
      if (!buffer.hasRemaining()) {
        drain();
      }
      buffer.put((byte) value);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      if (length <= buffer.remaining()) {
        buffer.put(source, offset, length);
        return;
      }
      drain();
      for (int done = 0; done < length; ) {
        int count = Math.min(length - done, CHUNK);
        writeFully(ByteBuffer.wrap(source, offset + done, count));
        done += count;
      }
    }

    @Override
    public void flush() throws IOException {
      drain();
    }

    @Override
    public void sync() throws IOException {
      drain();
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      if (!channel.isOpen()) {
        return;
      }
      try (channel) {
        sync();
      }
      java.nio.file.Path parent = file.getParent();
      if (parent != null) {
        DurableFiles.force(parent);
      }
    }

    private void drain() throws IOException {
      buffer.flip();
      writeFully(buffer);
      buffer.clear();
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
      int count = bytes.remaining();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      drained += count;
    }
  }
}
