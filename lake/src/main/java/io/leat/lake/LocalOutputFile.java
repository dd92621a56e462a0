package io.leat.lake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** A file of {@link LocalFileIO} to write. */
final class LocalOutputFile implements OutputFile {
  private final String location;
  private final Path path;
  private final Fsync fsync;
  private final DurableDirectories directories;

  LocalOutputFile(String location, Path path, Fsync fsync, DurableDirectories directories) {
    this.location = location;
    this.path = path;
    this.fsync = fsync;
    this.directories = directories;
  }

  /**
   * Takes the name at once: of several callers one wins.
   *
   * @throws AlreadyExistsException when the file is there
   */
  @Override
  public PositionOutputStream create() {
    try {
      return new LocalOutputStream(open(path), path, path, fsync);
    } catch (FileAlreadyExistsException e) {
      throw new AlreadyExistsException(e, "File already exists: %s", location);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot create %s", location);
    }
  }

  /** Writes beside the file and replaces it when closed: readers see the old bytes or the new. */
  @Override
  public PositionOutputStream createOrOverwrite() {
    Path temporary = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID());
    try {
      return new LocalOutputStream(open(temporary), temporary, path, fsync);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot create %s", location);
    }
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public InputFile toInputFile() {
    return new LocalInputFile(location, path);
  }

  @Override
  public String toString() {
    return location;
  }

  private FileChannel open(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IOException("it is the root directory");
    }
    directories.ensure(parent);
    try {
      return openNew(file);
    } catch (NoSuchFileException e) {
      directories.forget(parent); // someone deleted the directory since we saw it
      directories.ensure(parent);
      return openNew(file);
    }
  }

  private static FileChannel openNew(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
  }
}
