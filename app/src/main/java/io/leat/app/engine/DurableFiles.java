package io.leat.app.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Files and names that a power cut does not take back. */
public final class DurableFiles {
  private DurableFiles() {}

  /**
   * Writes a file that only its owner may read, so that it is there as a whole or not at all, and
   * on the device when this returns.
   */
  public static void writePrivate(Path file, String content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    Files.createFile(
        temporary,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    move(temporary, file);
  }

  /** Renames within a file system; the new name is on the device when this returns. */
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    forceParent(to);
  }

  /** Creates a directory and those above it; each new name is on the device when this returns. */
  static Path createDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null) {
        createDirectories(parent);
      }
      Files.createDirectories(directory);
    }
    forceParent(directory);
    return directory;
  }

  /** A file's bytes, or a directory's entries. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** A directory and everything in it; names only when what they name is on the device. */
  static void forceTree(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(directory)) {
      all =
          walk.filter(path -> !Files.isSymbolicLink(path))
              .sorted(Comparator.reverseOrder())
              .toList();
    }
    for (Path path : all) {
      force(path);
    }
  }

  private static void forceParent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null
        && Files.isReadable(parent)) { // another's: its names are no business of ours
      force(parent);
    }
  }
}
