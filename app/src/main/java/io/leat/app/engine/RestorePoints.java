package io.leat.app.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
   * everything that their state refers to. Only while the job does not run.
   */
  public void prune(int keep) throws IOException {
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
    } catch (NoSuchFileException e) {
      LOG.debug("{} was deleted as newer ones came", directory);
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
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isDirectory).sorted().toList();
    }
  }
}
