package io.leat.lake.maintenance;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * Decides which snapshots go. From the newest on, all stay without a gap that
 *
 * <ul>
 *   <li>were the table's newest within {@link MaintenancePolicy#keepSnapshots}: somebody who
 *       planned a query then may still read,
 *   <li>belong to the newest {@link MaintenancePolicy#keepCheckpoints} checkpoints, or lie in
 *       between: Iceberg's committer walks from the newest snapshot to its own newest when it is
 *       restored, and takes a gap for the beginning.
 * </ul>
 *
 * Of the older ones those stay that a query reads, that a branch or tag names, and that a
 * restorable checkpoint would be rolled back to.
 */
final class Expiry {
  private final Table table;
  private final MaintenancePolicy policy;

  Expiry(Table table, MaintenancePolicy policy) {
    this.table = table;
    this.policy = policy;
  }

  /**
   * The snapshots that may go.
   *
   * @param held by readers
   * @throws IOException when the restorable checkpoints are not known: then nothing may go
   */
  Set<Long> find(Instant now, Set<Long> held, RestorableCheckpoints restorable) throws IOException {
    Set<Long> kept = new HashSet<>(held);
    table.refs().values().forEach(ref -> kept.add(ref.snapshotId()));
    long before = now.minus(policy.keepSnapshots()).toEpochMilli();
    List<Long> points = restorable.ids();
    Set<Long> reached = new HashSet<>();
    Set<Long> checkpoints = new HashSet<>();
    boolean hasCheckpoints = false;
    for (Snapshot snapshot : table.snapshots()) {
      hasCheckpoints |= FlinkCommit.checkpoint(snapshot) != null;
    }
    int wanted = hasCheckpoints ? policy.keepCheckpoints() : 0;
    boolean isYoung = true;
    long supersededAt = Long.MAX_VALUE;
    Set<Long> chain = new HashSet<>();
    for (Snapshot at = table.currentSnapshot(); at != null; at = parent(at)) {
      chain.add(at.snapshotId());
      Long checkpoint = FlinkCommit.checkpoint(at);
      isYoung &= supersededAt > before || checkpoints.size() < wanted;
      if (isYoung) {
        kept.add(at.snapshotId());
      }
      if (checkpoint != null) {
        checkpoints.add(checkpoint);
        for (Long point : points) {
          if (checkpoint <= point && reached.add(point)) {
            kept.add(at.snapshotId());
          }
        }
      }
      supersededAt = at.timestampMillis();
    }
    Set<Long> expired = new LinkedHashSet<>();
    for (Snapshot snapshot : table.snapshots()) {
      boolean isLoose = !chain.contains(snapshot.snapshotId());
      if (!kept.contains(snapshot.snapshotId())
          && (!isLoose || snapshot.timestampMillis() <= before)) {
        expired.add(snapshot.snapshotId());
      }
    }
    return expired;
  }

  private @Nullable Snapshot parent(Snapshot of) {
    Long parent = of.parentId();
    return parent == null ? null : table.snapshot(parent);
  }

  /**
   * Lets them go, with the files that no other names.
   *
   * @param thread reads manifests, so that it does not take all cores
   */
  Step run(Set<Long> expired, ExecutorService thread, Pace pace) {
    if (expired.isEmpty()) {
      return Step.nothing(Step.Action.EXPIRE);
    }
    pace.step();
    Removal removal = new Removal(table.io(), pace);
    ExpireSnapshots expire =
        table.expireSnapshots().expireOlderThan(0).planWith(thread).deleteWith(removal::add);
    expired.forEach(expire::expireSnapshotId);
    expire.commit();
    removal.flush();
    return new Step(Step.Action.EXPIRE, expired.size(), 0, 0, removal.removed());
  }
}
