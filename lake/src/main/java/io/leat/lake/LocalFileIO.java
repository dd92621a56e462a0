package io.leat.lake;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.jspecify.annotations.Nullable;

/**
 * Iceberg's files on a local disk, through {@code java.nio}, without Hadoop's file systems.
 *
 * <p>A file that was closed is on the device, and so are the directory entries that lead to it: a
 * commit can therefore never name a file that a power cut takes away. With {@link #FSYNC} {@code
 * false} that holds for the death of the process only.
 *
 * <p>Locations are absolute paths or {@code file:} URIs; a URI's path is taken literally, without
 * percent-decoding, as Iceberg's partition directories hold escapes of their own. Safe for many
 * threads; serializable, so that Flink's tasks can carry it.
 */
public final class LocalFileIO implements DelegateFileIO {
  /** Property: {@code false} leaves written bytes to the page cache. Default {@code true}. */
  public static final String FSYNC = "leat.io.fsync";

  private static final String WAREHOUSE = "warehouse";
  private static final long serialVersionUID = 1L;

  private Fsync fsync;
  private @Nullable String root;
  private transient DurableDirectories directories;

  /** With fsync; Iceberg calls this one by name and then {@link #initialize}. */
  public LocalFileIO() {
    this(Fsync.Mode.DEVICE);
  }

  LocalFileIO(Fsync fsync) {
    this.fsync = fsync;
    this.directories = new DurableDirectories(fsync, null);
  }

  /**
   * Understands {@link #FSYNC} and {@code warehouse}; other properties are ignored and not kept, as
   * a catalog passes its credentials among them.
   */
  @Override
  public void initialize(Map<String, String> properties) {
    String wanted = properties.get(FSYNC);
    if (wanted != null) {
      this.fsync = Boolean.parseBoolean(wanted) ? Fsync.Mode.DEVICE : Fsync.Mode.NONE;
    }
    String warehouse = properties.get(WAREHOUSE);
    this.root = warehouse == null ? null : path(warehouse).toString();
    this.directories = directories();
  }

  @Override
  public Map<String, String> properties() {
    return Map.of(FSYNC, String.valueOf(fsync != Fsync.Mode.NONE));
  }

  @Override
  public InputFile newInputFile(String location) {
    return new LocalInputFile(location, path(location));
  }

  @Override
  public InputFile newInputFile(String location, long length) {
    return new LocalInputFile(location, path(location), length);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new LocalOutputFile(location, path(location), fsync, directories);
  }

  /** Deletes a file; one that is not there is no error. */
  @Override
  public void deleteFile(String location) {
    Path path = path(location);
    try {
      if (Files.isDirectory(path)) {
        throw new IOException("it is a directory");
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot delete %s", location);
    }
  }

  /**
   * Tries all of them.
   *
   * @throws BulkDeletionFailureException with the number of those that are still there
   */
  @Override
  public void deleteFiles(Iterable<String> locations) {
    int failed = 0;
    RuntimeException first = null;
    for (String location : locations) {
      try {
        deleteFile(location);
      } catch (RuntimeIOException e) {
        failed++;
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      BulkDeletionFailureException failure = new BulkDeletionFailureException(failed);
      failure.initCause(first);
      throw failure;
    }
  }

  /**
   * The files in and under the directory {@code prefix}, or that one file; nothing when it does not
   * exist. {@code /w/a} is not a prefix of {@code /w/ab}. Files that vanish meanwhile are left out.
   */
  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    Path start = path(prefix);
    return () -> new LocalListing(start);
  }

  /** Deletes the directory with everything in it, or that one file. */
  @Override
  public void deletePrefix(String prefix) {
    Path start = path(prefix);
    try {
      if (Files.isDirectory(start)) {
        deleteTree(start);
        directories.forget(start);
      } else {
        Files.deleteIfExists(start);
      }
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot delete everything under %s", prefix);
    }
  }

  /** Nothing is held open; may be called again and again. */
  @Override
  public void close() {}

  private static void deleteTree(Path directory) throws IOException {
    try (var children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        if (Files.isDirectory(child, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
          deleteTree(child);
        } else {
          Files.deleteIfExists(child);
        }
      }
    } catch (NoSuchFileException e) {
      return; // another deleter was faster
    }
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      throw new IOException(directory + " is being written to", e);
    }
  }

  /** The path of an absolute path or a {@code file:} URI; any other scheme is refused. */
  static Path path(String location) {
    String plain = location;
    if (location.startsWith("file:")) {
      String rest = location.substring("file:".length());
      plain = rest.startsWith("//") ? rest.substring(rest.indexOf('/', 2)) : rest;
      plain = plain.replaceFirst("^/+", "/");
    }
    if (!plain.startsWith("/")) {
      throw new IllegalArgumentException(
          "Not an absolute path or a file: URI: '"
              + location
              + "'. Give io-impl for other stores.");
    }
    return Path.of(plain).normalize();
  }

  private DurableDirectories directories() {
    return new DurableDirectories(fsync, root == null ? null : Path.of(root));
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    this.directories = directories();
  }
}
