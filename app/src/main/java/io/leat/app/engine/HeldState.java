package io.leat.app.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of a checkpoint, held for whoever copies it: Flink deletes checkpoints as new ones come.
 * Its files are hard links to the job's, which are written once and never changed.
 *
 * @param point what it was taken from
 * @param state the directory with {@code _metadata}, and what that refers to by its place in it
 * @param files what the state names of the job's files, as under {@link FlinkEngine#files}
 */
public record HeldState(RestorePoint point, Path state, Path files) implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldState.class);

  /**
   * Holds the state of some operators.
   *
   * @param into is made anew, on the same disk
   * @param files the job's
   * @param uids of the operators
   * @throws IOException when the checkpoint went meanwhile: a newer one can be held
   */
  static HeldState of(RestorePoint point, Path files, Path into, Predicate<String> uids)
      throws IOException {
    PostgresPrograms.deleteTree(into);
    HeldState held = new HeldState(point, into.resolve("state"), into.resolve("files"));
    Files.createDirectories(held.files);
    // What the state names is there until long after the checkpoint went.
    linkAll(point.directory(), held.state);
    if (Files.isDirectory(files)) {
      linkAll(files, held.files);
    }
    held.keepOnly(uids);
    held.dropUnnamed();
    return held;
  }

  private static void linkAll(Path from, Path to) throws IOException {
    for (Path file : regular(from)) {
      Path link = to.resolve(from.relativize(file));
      Files.createDirectories(link.getParent());
      try {
        Files.createLink(link, file);
      } catch (NoSuchFileException e) {
        LOG.debug("{} went before it was held: if it is needed, that shows", file);
      } catch (UnsupportedOperationException e) {
        Files.copy(file, link);
      }
    }
  }

  private static List<Path> regular(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** Writes the metadata anew; the file itself is Flink's too. */
  private void keepOnly(Predicate<String> uids) throws IOException {
    CheckpointMetadata all = RestorePoints.load(state);
    CheckpointMetadata some =
        new CheckpointMetadata(
            all.getCheckpointId(),
            all.getOperatorStates().stream()
                .filter(operator -> uids.test(operator.getOperatorUid().orElse("")))
                .toList(),
            List.of(),
            all.getCheckpointProperties());
    Path metadata = state.resolve(RestorePoints.METADATA);
    Files.delete(metadata);
    try (OutputStream out = Files.newOutputStream(metadata)) {
      Checkpoints.storeCheckpointMetadata(some, out);
    }
  }

  private void dropUnnamed() throws IOException {
    Path metadata = state.resolve(RestorePoints.METADATA);
    drop(List.of(metadata), state);
    drop(regular(state), files);
  }

  /** Deletes what is under the directory but the files that {@code naming} are or name. */
  private static void drop(List<Path> naming, Path directory) throws IOException {
    List<Path> candidates = regular(directory);
    List<String> names = candidates.stream().map(HeldState::name).toList();
    Set<String> named = new HashSet<>();
    for (Path file : naming) {
      RestorePoints.addNaming(file, names, named);
    }
    for (Path file : candidates) {
      if (!naming.contains(file) && !named.contains(name(file))) {
        Files.delete(file);
      }
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** Lets go of it. */
  @Override
  public void close() throws IOException {
    PostgresPrograms.deleteTree(state);
    PostgresPrograms.deleteTree(files);
  }
}
