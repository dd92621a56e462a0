package io.leat.app.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job can be restored from. Each submission of a job has a checkpoint directory of its own,
 * named by Flink's job id. The greater checkpoint id is the newer: it grows along a job's life,
 * over restores too, whatever the clock does.
 */
public final class RestorePoints {
  private static final Logger LOG = LoggerFactory.getLogger(RestorePoints.class);
  static final String METADATA = "_metadata";
  private static final int LONGEST_NAME = 1_024;

  /** More than the checkpoints that a job keeps: each look that fails has lost one of them. */
  private static final int MOST_LOOKS = 50;

  private static final Comparator<RestorePoint> NEWEST_FIRST =
      Comparator.comparing(RestorePoint::checkpointId)
          .thenComparing(RestorePoint::completed)
          .reversed();

  private final Path checkpoints;
  private final Path savepoints;

  /**
   * @param checkpoints the job's directory of checkpoints; may be missing
   * @param savepoints the job's directory of savepoints; may be missing
   */
  RestorePoints(Path checkpoints, Path savepoints) {
    this.checkpoints = checkpoints;
    this.savepoints = savepoints;
  }

  /** The newest complete one; null when there is none. */
  public @Nullable RestorePoint newest() throws IOException {
    List<RestorePoint> all = all();
    return all.isEmpty() ? null : all.get(0);
  }

  /** All complete ones, the newest first. Those that a crash left incomplete are not among them. */
  public List<RestorePoint> all() throws IOException {
    List<RestorePoint> points = new ArrayList<>();
    for (Path submission : children(checkpoints)) {
      for (Path directory : children(submission)) {
        if (directory.getFileName().toString().startsWith("chk-")) {
          add(directory, RestorePoint.Kind.CHECKPOINT, points);
        }
      }
    }
    for (Path directory : children(savepoints)) {
      add(directory, RestorePoint.Kind.SAVEPOINT, points);
    }
    points.sort(NEWEST_FIRST);
    return List.copyOf(points);
  }

  /**
   * Deletes what is left of earlier submissions but the newest {@code keep} restore points and
   * everything that their state refers to. Only while the job does not run. Flink may still be
   * deleting the checkpoints of a job that has just ended: what goes meanwhile is not needed.
   */
  public void prune(int keep) throws IOException {
    for (int looks = 1; ; looks++) {
      try {
        pruneNow(keep);
        return;
      } catch (NoSuchFileException e) {
        if (looks == MOST_LOOKS) {
          throw e;
        }
      }
    }
  }

  /**
   * Deletes all. Only while the job does not run.
   *
   * @return whether there was anything
   */
  boolean forget() throws IOException {
    boolean was = Files.exists(checkpoints) || Files.exists(savepoints);
    for (int looks = 1; ; looks++) {
      try {
        PostgresPrograms.deleteTree(checkpoints);
        PostgresPrograms.deleteTree(savepoints);
        return was;
      } catch (NoSuchFileException | DirectoryNotEmptyException | UncheckedIOException e) {
        // As in prune: Flink may still be deleting.
        if (looks == MOST_LOOKS) {
          throw e;
        }
      }
    }
  }

  private void pruneNow(int keep) throws IOException {
    List<RestorePoint> kept = all().stream().limit(Math.max(1, keep)).toList();
    if (kept.isEmpty()) {
      return;
    }
    Set<Path> needed = new HashSet<>();
    StringBuilder references = new StringBuilder();
    for (RestorePoint point : kept) {
      needed.add(point.directory());
      needed.add(point.directory().getParent());
      references.append(new String(Files.readAllBytes(metadata(point.directory())), UTF_8));
    }
    List<Path> candidates = new ArrayList<>(children(checkpoints));
    candidates.addAll(children(savepoints));
    for (Path candidate : candidates) {
      boolean isReferred = references.indexOf(candidate.getFileName().toString()) >= 0;
      if (!needed.contains(candidate) && !isReferred) {
        LOG.info("Deleting {}, which no restore point needs any more", candidate);
        PostgresPrograms.deleteTree(candidate);
      }
    }
  }

  /**
   * Those of the names that occur in the state of a complete restore point. Reads all of them, in
   * pieces.
   *
   * @param names of at most 1,024 characters of ASCII
   */
  public Set<String> naming(Collection<String> names) throws IOException {
    Set<String> found = new HashSet<>();
    for (RestorePoint point : all()) {
      try (Stream<Path> files = Files.walk(point.directory())) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
          addNaming(file, names, found);
        }
      }
    }
    return Set.copyOf(found);
  }

  /** Adds those of the names that occur in the file, which is read in pieces. */
  static void addNaming(Path file, Collection<String> names, Set<String> found) throws IOException {
    byte[] piece = new byte[1 << 20];
    String before = "";
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.readNBytes(piece, 0, piece.length);
          read > 0;
          read = in.readNBytes(piece, 0, piece.length)) {
        String text = before + new String(piece, 0, read, ISO_8859_1);
        names.stream().filter(text::contains).forEach(found::add);
        before = text.substring(Math.max(0, text.length() - LONGEST_NAME));
      }
    }
  }

  /**
   * Makes a savepoint without any state. A job that begins from it counts its checkpoints on from
   * there, so that the greater number stays the newer.
   *
   * @param checkpointId the last number that the tables know
   */
  public RestorePoint empty(long checkpointId) throws IOException {
    Path directory = savepoints.resolve("savepoint-empty-" + checkpointId);
    Files.createDirectories(directory);
    Path next = directory.resolve(METADATA + ".next");
    CheckpointMetadata nothing = new CheckpointMetadata(checkpointId, List.of(), List.of());
    try (FileOutputStream file = new FileOutputStream(next.toFile());
        DataOutputStream out = new DataOutputStream(file)) {
      Checkpoints.storeCheckpointMetadata(nothing, out);
      out.flush();
      file.getFD().sync();
    }
    Files.move(next, metadata(directory), StandardCopyOption.ATOMIC_MOVE);
    return new RestorePoint(
        directory,
        RestorePoint.Kind.SAVEPOINT,
        checkpointId,
        Files.getLastModifiedTime(metadata(directory)).toInstant());
  }

  /** The uids of the operators that have state in the point, as far as they are known. */
  public Set<String> uids(RestorePoint point) throws IOException {
    Set<String> uids = new HashSet<>();
    operators(point).forEach(state -> state.getOperatorUid().ifPresent(uids::add));
    return Set.copyOf(uids);
  }

  /** What the state in {@code point} belongs to. */
  static Collection<OperatorState> operators(RestorePoint point) throws IOException {
    return load(point.directory()).getOperatorStates();
  }

  private static void add(Path directory, RestorePoint.Kind kind, List<RestorePoint> points)
      throws IOException {
    Path metadata = metadata(directory);
    if (!Files.isRegularFile(metadata)) {
      return;
    }
    try {
      long id = load(directory).getCheckpointId();
      Instant completed = Files.getLastModifiedTime(metadata).toInstant();
      points.add(new RestorePoint(directory, kind, id, completed));
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} is incomplete and cannot be restored from", directory, e);
    }
  }

  /** What the checkpoint in a directory consists of. */
  static CheckpointMetadata load(Path directory) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(metadata(directory))))) {
      return Checkpoints.loadCheckpointMetadata(
          in, RestorePoints.class.getClassLoader(), directory.toString());
    }
  }

  private static Path metadata(Path directory) {
    return directory.resolve(METADATA);
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isDirectory).sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }
}
