package io.leat.lake.maintenance;

import io.leat.lake.SnapshotLeases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maintains one table at a time. No action changes what the table's rows are, but for the
 * lifecycle, which takes whole files away. An append that comes in between is never undone: Iceberg
 * repeats this side's commit on top of it. Owned by one thread.
 */
public final class TableMaintenance {
  private static final Logger LOG = LoggerFactory.getLogger(TableMaintenance.class);

  private final MaintenancePolicy policy;
  private final SnapshotLeases leases;
  private final TableLocks locks;
  private final ExecutorService thread;
  private final InstantSource clock;

  /**
   * @param leases snapshots that are being read
   * @param thread where Iceberg reads manifests for this object; its owner closes it
   */
  public TableMaintenance(
      MaintenancePolicy policy,
      SnapshotLeases leases,
      TableLocks locks,
      ExecutorService thread,
      InstantSource clock) {
    this.policy = policy;
    this.leases = leases;
    this.locks = locks;
    this.thread = thread;
    this.clock = clock;
  }

  /**
   * How long rows stay.
   *
   * @param column their time, a timestamp with zone
   */
  public record Rule(String column, Duration keepFor) {}

  /** Whether to look for files that nothing names: that lists the table's whole folder. */
  public enum Orphaned {
    REMOVE,
    LEAVE
  }

  /** What is to be done with a table. */
  public record Order(
      Table table, @Nullable Rule rule, Orphaned orphaned, RestorableCheckpoints restorable) {}

  /** Counts what the table has now. */
  public Stock stock(Table table) {
    table.refresh();
    return Inventory.of(table, policy, clock.instant()).stock(table);
  }

  /** What {@link #run} would do at first; changes nothing. */
  public List<Step> plan(Order order, Pace pace) {
    Table table = order.table();
    table.refresh();
    Instant now = clock.instant();
    List<Step> steps = new ArrayList<>();
    steps.add(Lifecycle.of(old(order, now)));
    Step compact = Step.nothing(Step.Action.COMPACT);
    for (FileGroup group : Inventory.of(table, policy, now).groups()) {
      compact =
          compact.plus(new Step(Step.Action.COMPACT, group.files().size(), 1, group.bytes(), 0));
    }
    steps.add(compact);
    steps.add(new Step(Step.Action.MANIFESTS, new Manifests(table).find(), 0, 0, 0));
    steps.add(new Step(Step.Action.EXPIRE, expired(order, now).size(), 0, 0, 0));
    steps.add(Orphans.of(orphans(order, pace)));
    return List.copyOf(steps);
  }

  /**
   * Does what the table needs.
   *
   * @return every action, also those that had nothing to do
   */
  public List<Step> run(Order order, Pace pace) {
    Table table = order.table();
    return locks.with(
        table,
        () -> {
          List<Step> steps = new ArrayList<>();
          steps.add(
              attempt(
                  Step.Action.LIFECYCLE,
                  table,
                  () -> new Lifecycle(table).run(old(order, clock.instant()))));
          steps.add(
              attempt(
                  Step.Action.COMPACT,
                  table,
                  () ->
                      new Compaction(table, pace)
                          .run(Inventory.of(table, policy, clock.instant()).groups())));
          steps.add(attempt(Step.Action.MANIFESTS, table, new Manifests(table)::run));
          steps.add(
              attempt(
                  Step.Action.EXPIRE,
                  table,
                  () ->
                      new Expiry(table, policy)
                          .run(expired(order, clock.instant()), thread, pace)));
          steps.add(
              attempt(
                  Step.Action.ORPHANS,
                  table,
                  () -> new Orphans(table, policy, pace).run(orphans(order, pace))));
          return List.copyOf(steps);
        });
  }

  /** Gives way to others' commits: what was not done now is done the next time. */
  private static Step attempt(Step.Action action, Table table, Supplier<Step> work) {
    table.refresh();
    try {
      return work.get();
    } catch (ValidationException | CommitFailedException e) {
      LOG.info("Others changed {} meanwhile: {} gives way: {}", table.name(), action, e.toString());
      return Step.nothing(action);
    }
  }

  private static List<DataFile> old(Order order, Instant now) {
    Rule rule = order.rule();
    return rule == null
        ? List.of()
        : new Lifecycle(order.table()).find(rule.column(), rule.keepFor(), now);
  }

  private Set<Long> expired(Order order, Instant now) {
    try {
      return new Expiry(order.table(), policy)
          .find(now, leases.held(order.table()), order.restorable());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<FileInfo> orphans(Order order, Pace pace) {
    Orphans orphans = new Orphans(order.table(), policy, pace);
    if (order.orphaned() == Orphaned.LEAVE || !orphans.canList()) {
      return List.of();
    }
    try {
      return orphans.find(clock.instant(), order.restorable());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
