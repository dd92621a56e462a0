package io.leat.lake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** A file of {@link LocalFileIO} to read. */
final class LocalInputFile implements InputFile {
  private static final long UNKNOWN = -1;

  private final String location;
  private final Path path;
  private final long knownLength;

  LocalInputFile(String location, Path path) {
    this(location, path, UNKNOWN);
  }

  LocalInputFile(String location, Path path, long knownLength) {
    this.location = location;
    this.path = path;
    this.knownLength = knownLength;
  }

  @Override
  public long getLength() {
    if (knownLength != UNKNOWN) {
      return knownLength;
    }
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public SeekableInputStream newStream() {
    try {
      return new LocalInputStream(FileChannel.open(path, StandardOpenOption.READ));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public boolean exists() {
    return Files.exists(path);
  }

  @Override
  public String toString() {
    return location;
  }

  private RuntimeException failure(IOException e) {
    return e instanceof NoSuchFileException
        ? new NotFoundException(e, "File does not exist: %s", location)
        : new RuntimeIOException(e, "Cannot read %s", location);
  }
}
