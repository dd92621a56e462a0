package io.leat.lake;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

  /**
   * Written into the summary of a commit that took away rows that were old enough: undoing it harms
   * nobody, they go again.
   */
  public static final String AGED = "leat.aged-out";

  private static final Set<String> MOVES_ROWS_ONLY = Set.of(DataOperations.REPLACE);

  private static final String KEPT_FOR = "leat-checkpoint-";

  private FlinkCommits() {}

  /** The tag of the snapshot that is kept, apart from the newest, to go back to a checkpoint. */
  public static String keptFor(long checkpoint) {
    return KEPT_FOR + checkpoint;
  }

  /** The tags of a table that were named by {@link #keptFor}. */
  public static Set<String> kept(Table table) {
    return table.refs().keySet().stream()
        .filter(name -> name.startsWith(KEPT_FOR))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The commits of Flink's among the newest snapshots without a gap, the newest first. */
  public static List<Commit> newest(Table table) {
    List<Commit> commits = new ArrayList<>();
    for (Snapshot at = table.currentSnapshot(); at != null; at = parent(table, at)) {
      if (isFlink(at)) {
        commits.add(new Commit(checkpoint(at), Instant.ofEpochMilli(at.timestampMillis())));
      }
    }
    return List.copyOf(commits);
  }

  /**
   * Where a job goes on from.
   *
   * @param job Flink's id of the submission that took the checkpoint; null when that is not known
   * @param checkpoint its number, which grows along a job's life, over restores too
   * @param completed when it was complete
   */
  public record Restored(@Nullable String job, long checkpoint, Instant completed) {}

  /**
   * A commit of a job's.
   *
   * @param checkpoint the newest checkpoint whose rows it holds
   * @param at when it was made
   */
  public record Commit(long checkpoint, Instant at) {}

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
    boolean isCut = false;
    while (at != null && !isPast(at, to)) {
      Snapshot parent = parent(table, at);
      if (isAhead(at, to)) {
        undone++;
        if (foreign != null) {
          throw refusal(table, foreign);
        }
        target = parent;
      } else if (foreign == null && !mayBeUndone(at)) {
        foreign = at;
      }
      isCut = parent == null && at.parentId() != null;
      at = parent;
    }
    if (undone > 0) {
      if (isCut && foreign != null) {
        throw refusal(table, foreign);
      }
      makeCurrent(table, isCut ? kept(table, to) : target);
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
        target = parent(table, at);
        if (target == null && at.parentId() != null) {
          return Optional.of(kept(table, checkpoint));
        }
      }
    }
    return Optional.ofNullable(target);
  }

  /**
   * What Flink's sink noted in the newest of its commits that a snapshot has the rows of, to be
   * noted in a copy of the snapshot. Others, who merge files or replace rows, note nothing.
   *
   * @param metadata of the snapshot's table
   * @return empty when there is no such commit, or when it has expired
   */
  public static Map<String, String> notes(TableMetadata metadata, Snapshot snapshot) {
    Snapshot at = snapshot;
    while (at != null && !isFlink(at)) {
      at = at.parentId() == null ? null : metadata.snapshot(at.parentId());
    }
    Map<String, String> notes = new TreeMap<>();
    if (at != null) {
      at.summary()
          .forEach(
              (key, value) -> {
                if (key.startsWith("flink.")) {
                  notes.put(key, value);
                }
              });
    }
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

  private static boolean mayBeUndone(Snapshot snapshot) {
    return MOVES_ROWS_ONLY.contains(snapshot.operation())
        || (snapshot.summary() != null && snapshot.summary().containsKey(AGED));
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

  /**
   * What expiry kept for the checkpoint, as there is no commit of it among the newest snapshots:
   * what lies in between was ahead of it too.
   */
  private static Snapshot kept(Table table, Restored to) {
    Snapshot kept = table.snapshot(keptFor(to.checkpoint()));
    if (kept == null) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The table "
              + table.name()
              + " has rows of a checkpoint that is lost, and the snapshot before them has expired."
              + " Restore the checkpoint's files, or the table from a backup.");
    }
    return kept;
  }

  private static void makeCurrent(Table table, @Nullable Snapshot target) {
    if (target != null) {
      // Not rollbackTo(): it wants an ancestor, and the snapshots in between may have expired.
      table.manageSnapshots().setCurrentSnapshot(target.snapshotId()).commit();
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
