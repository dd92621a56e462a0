package io.leat.lake;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.jspecify.annotations.Nullable;

/**
 * The commits of Flink's sinks to a table, and how to undo those that a job does not remember.
 *
 * <p>A job that goes on from a checkpoint reads everything behind it again. What a later checkpoint
 * committed to a table would then be there twice; that later checkpoint must have been lost, since
 * each is complete before its commits begin. So such commits are undone: the table goes back to the
 * snapshot that belongs to the checkpoint.
 */
public final class FlinkCommits {
  /** Written into each snapshot's summary by Iceberg's sink (its {@code SinkUtil}). */
  private static final String JOB = "flink.job-id";

  private static final String CHECKPOINT = "flink.max-committed-checkpoint-id";

  private static final Set<String> MOVES_ROWS_ONLY = Set.of(DataOperations.REPLACE);

  private FlinkCommits() {}

  /**
   * Where a job goes on from.
   *
   * @param job Flink's id of the submission that took the checkpoint; null when that is not known
   * @param checkpoint its number, which grows along a job's life, over restores too
   * @param completed when it was complete
   */
  public record Restored(@Nullable String job, long checkpoint, Instant completed) {}

  /**
   * Takes the table back to where it was at the checkpoint, if it is ahead of it.
   *
   * @return how many commits were undone, usually 0
   * @throws LeatException CONFLICT when others wrote behind the checkpoint, or when the snapshot to
   *     go back to has expired; nothing was changed then
   */
  public static int rollBack(Table table, Restored to) {
    table.refresh();
    int undone = 0;
    Snapshot at = table.currentSnapshot();
    Snapshot foreign = null;
    Snapshot target = at;
    while (at != null && !isPast(at, to)) {
      if (isAhead(at, to)) {
        undone++;
        if (foreign != null) {
          throw refusal(table, foreign);
        }
        refuseExpired(table, at);
        target = parent(table, at);
      } else if (foreign == null && !MOVES_ROWS_ONLY.contains(at.operation())) {
        foreign = at;
      }
      at = parent(table, at);
    }
    if (undone > 0) {
      makeCurrent(table, target);
    }
    return undone;
  }

  /**
   * The table as it was at the checkpoint, whose commits are over: the newest snapshot that has
   * nothing of a later one. Changes nothing.
   *
   * @return empty when the table had no rows yet
   * @throws LeatException CONFLICT when that snapshot has expired
   */
  public static Optional<Snapshot> at(Table table, Restored checkpoint) {
    Snapshot target = table.currentSnapshot();
    for (Snapshot at = target; at != null && !isPast(at, checkpoint); at = parent(table, at)) {
      if (isAhead(at, checkpoint)) {
        refuseExpired(table, at);
        target = parent(table, at);
      }
    }
    return Optional.ofNullable(target);
  }

  /** What Flink's sink noted in a snapshot's summary, to be noted in a copy of it. */
  public static Map<String, String> notes(Snapshot snapshot) {
    Map<String, String> notes = new TreeMap<>();
    snapshot
        .summary()
        .forEach(
            (key, value) -> {
              if (key.startsWith("flink.")) {
                notes.put(key, value);
              }
            });
    return notes;
  }

  private static LeatException refusal(Table table, Snapshot foreign) {
    return new LeatException(
        ErrorCode.CONFLICT,
        "The table "
            + table.name()
            + " has rows of a checkpoint that is lost, and after them somebody else changed it"
            + " (snapshot "
            + foreign.snapshotId()
            + ", "
            + foreign.operation()
            + ", "
            + Instant.ofEpochMilli(foreign.timestampMillis())
            + "). Undoing the one would undo the other: restore the checkpoint's files, or roll the"
            + " table back yourself to a snapshot before.");
  }

  /** A commit of a checkpoint that the job remembers; everything before it is past, too. */
  private static boolean isPast(Snapshot snapshot, Restored to) {
    return isFlink(snapshot) && !isAhead(snapshot, to);
  }

  /**
   * A greater number is of a later checkpoint, but when it is of a job that began anew since, whose
   * numbers began at 1 again.
   */
  private static boolean isAhead(Snapshot snapshot, Restored to) {
    if (!isFlink(snapshot) || checkpoint(snapshot) <= to.checkpoint()) {
      return false;
    }
    boolean isOfTheSame = to.job() != null && to.job().equals(snapshot.summary().get(JOB));
    return isOfTheSame || snapshot.timestampMillis() > to.completed().toEpochMilli();
  }

  private static boolean isFlink(Snapshot snapshot) {
    return snapshot.summary() != null && snapshot.summary().containsKey(CHECKPOINT);
  }

  private static long checkpoint(Snapshot snapshot) {
    return Long.parseLong(snapshot.summary().get(CHECKPOINT));
  }

  /** Null when the table began with the snapshot, or when what was before it has expired. */
  private static @Nullable Snapshot parent(Table table, Snapshot snapshot) {
    Long id = snapshot.parentId();
    return id == null ? null : table.snapshot(id);
  }

  private static void refuseExpired(Table table, Snapshot snapshot) {
    Long parent = snapshot.parentId();
    if (parent != null && table.snapshot(parent) == null) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The table "
              + table.name()
              + " has rows of a checkpoint that is lost, and the snapshot before them has expired."
              + " Restore the checkpoint's files, or the table from a backup.");
    }
  }

  private static void makeCurrent(Table table, @Nullable Snapshot target) {
    if (target != null) {
      table.manageSnapshots().rollbackTo(target.snapshotId()).commit();
      return;
    }
    // As before its first commit: no action of Iceberg's says that, its metadata does.
    TableOperations operations = ((BaseTable) table).operations();
    TableMetadata empty =
        TableMetadata.buildFrom(operations.current()).removeRef(SnapshotRef.MAIN_BRANCH).build();
    operations.commit(operations.current(), empty);
    table.refresh();
  }
}
