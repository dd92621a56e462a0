package io.leat.lake;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Creates directories so that their entries are on the device before a file in them is. Each
 * directory is seen to once; those above the root are taken to be durable. Safe for many threads.
 */
final class DurableDirectories {
  /** Partition directories remembered; beyond it the memory is cleared, which costs fsyncs only. */
  private static final int REMEMBERED = 100_000;

  private final Fsync fsync;
  private final @Nullable Path root;
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  /**
   * @param root directories below it are checked although they exist, as another writer may have
   *     created them a moment ago; null when unknown
   */
  DurableDirectories(Fsync fsync, @Nullable Path root) {
    this.fsync = fsync;
    this.root = root;
  }

  /**
   * Returns when {@code directory} exists and so do, on the device, the entries that lead to it.
   */
  void ensure(Path directory) throws IOException {
    if (durable.contains(directory)) {
      return;
    }
    Path parent = directory.getParent();
    boolean existed = Files.isDirectory(directory);
    if (parent != null && !(existed && !isBelowRoot(directory))) {
      ensure(parent);
      if (!existed) {
        create(directory);
      }
      fsync.directory(parent);
    }
    if (durable.size() >= REMEMBERED) {
      durable.clear();
    }
    durable.add(directory);
  }

  /** Forgets everything below and at {@code directory}, after it was deleted. */
  void forget(Path directory) {
    durable.removeIf(known -> known.startsWith(directory));
  }

  private boolean isBelowRoot(Path directory) {
    return root != null && directory.startsWith(root);
  }

  private static void create(Path directory) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }
}
