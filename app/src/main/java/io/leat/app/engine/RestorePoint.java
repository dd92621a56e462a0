package io.leat.app.engine;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A complete checkpoint or savepoint on disk.
 *
 * @param directory the one with {@code _metadata}
 * @param kind which of the two
 * @param checkpointId Flink's number; grows along a job's life, over restores too
 * @param completed when it was written
 */
public record RestorePoint(Path directory, Kind kind, long checkpointId, Instant completed) {

  /** Who owns it. */
  public enum Kind {
    /** Taken by itself, each interval. */
    CHECKPOINT,
    /** Taken when the job was stopped. */
    SAVEPOINT
  }

  /** Flink's id of the submission that took it; null when its place does not tell. */
  public @Nullable String job() {
    Path parent = directory.getParent();
    return kind == Kind.CHECKPOINT && parent != null ? String.valueOf(parent.getFileName()) : null;
  }

  /** The location as Flink wants it. */
  public String location() {
    return "file:" + directory;
  }
}
