package io.leat.app.convert;

import io.leat.parquet.PartSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes files under other names and renames them when all are complete, so that nobody sees a
 * partial one. Used by one thread at a time.
 */
final class FileSink implements PartSink, AutoCloseable {
  private final Destination.Regular destination;
  private final boolean split;
  private final boolean force;
  private final UnfinishedFiles unfinished;

  /** From the unfinished file to its name. */
  private final Map<Path, Path> complete = new LinkedHashMap<>();

  /** Of the first part, whose lock stands for all of them; null before. */
  private @Nullable FileChannel locked;

  FileSink(
      Destination.Regular destination, boolean split, boolean force, UnfinishedFiles unfinished) {
    this.destination = destination;
    this.split = split;
    this.force = force;
    this.unfinished = unfinished;
  }

  /** Refuses before any work is done what would be refused at its end. */
  void prepare() throws IOException, ConvertFailure {
    Files.createDirectories(destination.folder().toAbsolutePath());
    refuseWhatExists();
  }

  private void refuseWhatExists() throws IOException, ConvertFailure {
    for (Path existing : existing()) {
      if (Files.isDirectory(existing)) {
        throw new ConvertFailure(existing + " is a folder");
      }
      if (!force) {
        throw new ConvertFailure(existing + " exists; --force overwrites it");
      }
    }
  }

  private List<Path> existing() throws IOException {
    if (!split) {
      Path path = destination.path();
      return Files.exists(path) ? List.of(path) : List.of();
    }
    try (Stream<Path> files = Files.list(destination.folder().toAbsolutePath())) {
      return files
          .filter(destination::isPart)
          .map(file -> destination.folder().resolve(String.valueOf(file.getFileName())))
          .sorted()
          .toList();
    }
  }

  @Override
  public Part open(int index) throws IOException {
    return new FilePart(channel(split ? destination.part(index) : destination.path()));
  }

  /** Begins a file. */
  FileChannel channel(Path path) throws IOException {
    Path other = UnfinishedFiles.nameOf(path);
    try {
      FileChannel channel = unfinished.create(other);
      locked = locked == null ? channel : locked;
      complete.put(other, path);
      return channel;
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private static WriteFailure failure(Path path, IOException e) {
    return e instanceof WriteFailure told
        ? told
        : new WriteFailure(Sentences.of(e, path.toString()), e);
  }

  /** Gives all files their names; with {@code force}, parts of an earlier run that are left go. */
  List<Path> publish() throws IOException, ConvertFailure {
    refuseWhatExists();
    List<Path> before = existing();
    List<Path> published = new ArrayList<>();
    for (Map.Entry<Path, Path> file : complete.entrySet()) {
      unfinished.publish(file.getKey(), file.getValue());
      published.add(file.getValue());
    }
    for (Path old : before) {
      if (!published.contains(old)) {
        Files.deleteIfExists(old);
      }
    }
    return published;
  }

  /** Deletes what was not published. */
  @Override
  public void close() {
    complete.keySet().forEach(unfinished::discard);
    if (locked != null) {
      try {
        locked.close();
      } catch (IOException e) {
        // Its bytes were written; only the lock is left, which ends with the process.
      }
    }
  }

  private final class FilePart implements Part {
    private final FileChannel channel;

    FilePart(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      } catch (IOException e) {
        throw new WriteFailure("writing the output failed: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() throws IOException {
      if (channel != locked) {
        channel.close();
      }
    }

    @Override
    public void abort() {
      try {
        close();
      } catch (IOException e) {
        // It is deleted anyway.
      }
    }
  }
}
