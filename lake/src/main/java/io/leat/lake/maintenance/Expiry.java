package io.leat.lake.maintenance;

import io.leat.lake.FlinkCommits;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.ManageSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
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
   * What was found.
   *
   * @param expired the snapshots that may go
   * @param apart by restorable checkpoint, the snapshot to go back to, where older ones are left
   *     out between it and the newest
   */
  record Found(Set<Long> expired, Map<Long, Long> apart) {}

  /**
   * The snapshots that may go, and the older ones that must stay.
   *
   * @param held by readers
   * @throws IOException when the restorable checkpoints are not known: then nothing may go
   */
  Found find(Instant now, Set<Long> held, RestorableCheckpoints restorable) throws IOException {
    Set<Long> kept = new HashSet<>(held);
    Set<String> tags = FlinkCommits.kept(table);
    table.refs().entrySet().stream()
        .filter(ref -> !tags.contains(ref.getKey()))
        .forEach(ref -> kept.add(ref.getValue().snapshotId()));
    long before = now.minus(policy.keepSnapshots()).toEpochMilli();
    List<Long> points = restorable.ids();
    Map<Long, Long> apart = new TreeMap<>();
    for (Long point : points) {
      SnapshotRef tagged = table.refs().get(FlinkCommits.keptFor(point));
      if (tagged != null) {
        apart.put(point, tagged.snapshotId());
      }
    }
    kept.addAll(apart.values());
    Set<Long> reached = new HashSet<>(apart.keySet());
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
            if (!isYoung) {
              apart.put(point, at.snapshotId());
            }
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
    return new Found(Set.copyOf(expired), Map.copyOf(apart));
  }

  private @Nullable Snapshot parent(Snapshot of) {
    Long parent = of.parentId();
    return parent == null ? null : table.snapshot(parent);
  }

  /**
   * Lets them go, with the files that no other names. The older ones that stay get a tag: once the
   * snapshots in between are gone, nothing else tells that they belong to the table's history.
   *
   * @param thread reads manifests, so that it does not take all cores
   */
  Step run(Found found, ExecutorService thread, Pace pace) {
    tag(found.apart());
    if (found.expired().isEmpty()) {
      return Step.nothing(Step.Action.EXPIRE);
    }
    pace.step();
    Removal removal = new Removal(table.io(), pace);
    ExpireSnapshots expire =
        table.expireSnapshots().expireOlderThan(0).planWith(thread).deleteWith(removal::add);
    found.expired().forEach(expire::expireSnapshotId);
    expire.commit();
    removal.flush();
    return new Step(Step.Action.EXPIRE, found.expired().size(), 0, 0, removal.removed());
  }

  private void tag(Map<Long, Long> apart) {
    Map<String, Long> wanted = new TreeMap<>();
    apart.forEach((point, snapshot) -> wanted.put(FlinkCommits.keptFor(point), snapshot));
    Set<String> has = FlinkCommits.kept(table);
    if (has.equals(wanted.keySet())) {
      return;
    }
    ManageSnapshots tags = table.manageSnapshots();
    has.stream().filter(name -> !wanted.containsKey(name)).forEach(tags::removeTag);
    wanted.entrySet().stream()
        .filter(tag -> !has.contains(tag.getKey()))
        .forEach(tag -> tags.createTag(tag.getKey(), tag.getValue()));
    tags.commit();
  }
}
