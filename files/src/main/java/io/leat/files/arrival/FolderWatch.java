package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a folder. A file is whole when it did not change for a while and has its footer;
 * one that was moved in, as writers should do, did not change for long. A file without an end, or
 * one that cannot be read, is waited for; in the end it counts as seen, and is refused with its
 * reason. Owned by one thread.
 */
public final class FolderWatch {
  private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);
  private static final int AT_A_TIME = 500;
  private static final int MOST_DEPTH = 16;

  /** What is told of no more, at most; more are told to the ledger again, which knows them. */
  private static final int MOST_TOLD = 100_000;

  private final String blueprint;
  private final String source;
  private final Path folder;
  private final Names names;
  private final Duration settle;
  private final Duration incomplete;
  private final InstantSource clock;
  private final Discovery discovery;
  private final Endings endings;

  /** By path, the version that was told. */
  private final Map<Path, String> told =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, String> eldest) {
          return size() > MOST_TOLD;
        }
      };

  /** By path, since when a version was seen that was not told. */
  private final Map<Path, Waiting> waiting = new HashMap<>();

  private record Waiting(String version, Instant since) {}

  /** Looks at the ends of files. */
  @FunctionalInterface
  interface Endings {
    /** Whether a file has its end. */
    Ending of(Path file) throws IOException;
  }

  /**
   * @param settle how long a file must not have changed
   * @param incomplete how long one without an end is waited for
   */
  public FolderWatch(
      String blueprint,
      String source,
      Path folder,
      Names names,
      Duration settle,
      Duration incomplete,
      InstantSource clock,
      Discovery discovery) {
    this(blueprint, source, folder, names, settle, incomplete, clock, discovery, Ending::of);
  }

  FolderWatch(
      String blueprint,
      String source,
      Path folder,
      Names names,
      Duration settle,
      Duration incomplete,
      InstantSource clock,
      Discovery discovery,
      Endings endings) {
    this.blueprint = blueprint;
    this.source = source;
    this.folder = folder;
    this.names = names;
    this.settle = settle;
    this.incomplete = incomplete;
    this.clock = clock;
    this.discovery = discovery;
    this.endings = endings;
  }

  /**
   * Looks through the folder once.
   *
   * @return how many files are waited for
   * @throws IOException when it cannot be looked through
   */
  public int look() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString(), null, "the folder is not there");
    }
    List<Sighting> seen = new ArrayList<>();
    Map<Path, Waiting> still = new HashMap<>();
    Files.walkFileTree(
        folder,
        java.util.Set.of(),
        MOST_DEPTH,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
            Path name = at.getFileName();
            boolean isHidden =
                !at.equals(folder)
                    && name != null
                    && (name.toString().startsWith(".") || name.toString().startsWith("_"));
            return isHidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            look(file, attributes, seen, still);
            if (seen.size() >= AT_A_TIME) {
              tell(seen);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // somebody took it away
            }
            throw e;
          }
        });
    tell(seen);
    waiting.clear();
    waiting.putAll(still);
    return still.size();
  }

  private void look(
      Path file, BasicFileAttributes attributes, List<Sighting> seen, Map<Path, Waiting> still)
      throws IOException {
    String name = folder.relativize(file).toString().replace('\\', '/');
    if (!attributes.isRegularFile() || !names.matches(name)) {
      return;
    }
    String version = FolderInputs.version(attributes);
    if (version.equals(told.get(file))) {
      return;
    }
    Waiting before = waiting.get(file);
    Instant now = clock.instant();
    Waiting as =
        before != null && before.version().equals(version) ? before : new Waiting(version, now);
    Instant changed = attributes.lastModifiedTime().toInstant();
    // By the file's own time, unless that lies ahead; then by when it was seen so first.
    Instant quietSince = changed.isAfter(as.since()) ? as.since() : changed;
    boolean isQuiet = !quietSince.plus(settle).isAfter(now);
    if (!isQuiet || !isWhole(file, as, now)) {
      still.put(file, as);
      return;
    }
    seen.add(
        new Sighting(
            blueprint, source, name, FolderInputs.location(file), version, attributes.size()));
  }

  /** One that cannot be read is waited for like one without an end: whoever fetches it says why. */
  private boolean isWhole(Path file, Waiting as, Instant now) {
    try {
      if (endings.of(file) != Ending.MISSING) {
        return true;
      }
    } catch (NoSuchFileException e) {
      return false; // somebody took it away
    } catch (IOException e) {
      log.debug("The file {} cannot be read", file.toUri(), e);
    }
    return !as.since().plus(incomplete).isAfter(now);
  }

  private void tell(List<Sighting> seen) {
    if (seen.isEmpty()) {
      return;
    }
    discovery.seen(List.copyOf(seen));
    seen.forEach(one -> told.put(FolderInputs.path(one), one.version()));
    seen.clear();
  }
}
