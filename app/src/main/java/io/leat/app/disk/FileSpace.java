package io.leat.app.disk;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file system, what of Leat it holds, and how much of it has to stay free.
 *
 * @param holds the parts in it, such as {@code kafka}
 * @param meter measures it
 * @param total bytes that it can hold
 * @param reserve bytes that have to stay free
 */
public record FileSpace(List<String> holds, Meter meter, long total, long reserve) {
  private static final long LEAST_RESERVE = 256L << 20;
  private static final long MOST_RESERVE = 4L << 30;
  private static final int RESERVE_SHARE = 20;

  public FileSpace {
    holds = List.copyOf(holds);
  }

  /** Measures what is free. */
  @FunctionalInterface
  public interface Meter {
    /** Bytes that this process may still write. */
    long usable() throws IOException;
  }

  /**
   * The file systems of some folders, each once.
   *
   * @param parts folders by what they hold; one that is not there yet counts as where it will be
   * @param configured bytes of the reserve, or 0 for a twentieth of the file system, at least 256
   *     MiB and at most 4 GiB
   */
  public static List<FileSpace> of(Map<String, Path> parts, long configured) throws IOException {
    Map<FileStore, List<String>> stores = new LinkedHashMap<>();
    for (Map.Entry<String, Path> part : parts.entrySet()) {
      FileStore store = Files.getFileStore(present(part.getValue()));
      stores.computeIfAbsent(store, any -> new ArrayList<>()).add(part.getKey());
    }
    List<FileSpace> spaces = new ArrayList<>();
    for (Map.Entry<FileStore, List<String>> one : stores.entrySet()) {
      FileStore store = one.getKey();
      long total = store.getTotalSpace();
      long reserve = configured > 0 ? configured : reserve(total);
      spaces.add(new FileSpace(one.getValue(), store::getUsableSpace, total, reserve));
    }
    return List.copyOf(spaces);
  }

  static long reserve(long total) {
    return Math.max(LEAST_RESERVE, Math.min(MOST_RESERVE, total / RESERVE_SHARE));
  }

  private static Path present(Path folder) {
    Path here = folder.toAbsolutePath();
    while (!Files.exists(here) && here.getParent() != null) {
      here = here.getParent();
    }
    return here;
  }
}
