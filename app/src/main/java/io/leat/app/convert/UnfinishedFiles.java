package io.leat.app.convert;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Files that are still being written, under names of their own. When the process is told to end
 * they are deleted; what a killed process left is overwritten by the next one. Thread-safe.
 */
final class UnfinishedFiles implements AutoCloseable {
  private final Set<Path> paths = new LinkedHashSet<>();
  private final Thread hook = new Thread(this::deleteAll, "leat-convert-end");
  private boolean isEnded;

  /** Deletes what is unfinished when the JVM ends, until it is closed. */
  UnfinishedFiles() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The name that a file has until it is complete. */
  static Path nameOf(Path complete) {
    return complete.resolveSibling("." + complete.getFileName() + ".leat-part");
  }

  /**
   * An empty file, locked as long as the channel is open.
   *
   * @throws WriteFailure when another process writes it
   */
  synchronized FileChannel create(Path path) throws IOException {
    check();
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      Object opened = key(path);
      if (channel.tryLock() == null || !opened.equals(key(path))) {
        throw busy(path, new IOException("locked"));
      }
      channel.truncate(0);
      paths.add(path);
      return channel;
    } catch (OverlappingFileLockException | NoSuchFileException e) {
      channel.close();
      throw busy(path, e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static WriteFailure busy(Path path, Exception cause) {
    return new WriteFailure(path + " is being written by another process", cause);
  }

  /** Tells whether it is the same file still: another process may just have renamed it. */
  private static Object key(Path path) throws IOException {
    Object key =
        Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
    return key == null ? path : key;
  }

  /** Takes a file that was made elsewhere into care. */
  synchronized void add(Path path) throws IOException {
    check();
    paths.add(path);
  }

  /** Gives the complete file its name, over what may bear it. */
  synchronized void publish(Path path, Path complete) throws IOException {
    check();
    Files.move(path, complete, StandardCopyOption.ATOMIC_MOVE);
    paths.remove(path);
  }

  /** Deletes it. */
  synchronized void discard(Path path) {
    if (paths.remove(path)) {
      delete(path);
    }
  }

  private void check() throws IOException {
    if (isEnded) {
      throw new IOException("the process is ending");
    }
  }

  private synchronized void deleteAll() {
    isEnded = true;
    paths.forEach(UnfinishedFiles::delete);
    paths.clear();
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Nobody sees it: its name is not the output's, and the next run overwrites it.
    }
  }

  @Override
  public void close() {
    deleteAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending.
    }
  }
}
