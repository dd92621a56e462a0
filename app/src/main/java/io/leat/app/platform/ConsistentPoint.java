package io.leat.app.platform;

import io.leat.app.engine.HeldState;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.lake.FlinkCommits;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.backup.TableImage;
import io.leat.stream.LakeTables;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What jobs remembered and tables held at one checkpoint of each job, kept from going until it is
 * closed. Owned by one thread.
 */
final class ConsistentPoint implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConsistentPoint.class);
  private static final List<String> POSITION = List.of("log_epoch", "log_offset");
  private static final List<String> LEDGER =
      List.of(
          "stream",
          "log_epoch",
          "log_partition",
          "stage",
          "next_offset",
          "logged",
          "raw",
          "processed",
          "duplicates",
          "quarantined");

  private final Catalog catalog;
  private final SnapshotLeases.Reader reader;
  private final Map<String, HeldState> jobs = new HashMap<>();
  private final List<HeldTable> tables = new ArrayList<>();

  /**
   * A table at the point.
   *
   * @param metadata as it was when the snapshot was looked for
   */
  record HeldTable(
      String blueprint,
      TableIdentifier id,
      Table table,
      TableMetadata metadata,
      @Nullable Snapshot snapshot) {
    TableImage image() {
      return new TableImage(id.toString(), table.specs(), snapshot, table.io());
    }
  }

  /** What the ledger has counted of a stream's log epoch, and how far in each partition. */
  static final class Counted {
    final Map<Integer, Long> next = new HashMap<>();
    long logged;
    long raw;
    long processed;
    long duplicates;
    long quarantined;

    void add(Counted other) {
      logged += other.logged;
      raw += other.raw;
      processed += other.processed;
      duplicates += other.duplicates;
      quarantined += other.quarantined;
    }
  }

  ConsistentPoint(Catalog catalog, SnapshotLeases leases) {
    this.catalog = catalog;
    this.reader = leases.reader();
  }

  /** Takes the blueprint's point: some seconds. */
  void take(String blueprint, LakeJobs running) {
    HeldState job = running.hold(blueprint);
    jobs.put(blueprint, job);
    FlinkCommits.Restored point =
        new FlinkCommits.Restored(
            job.point().job(), job.point().checkpointId(), job.point().completed());
    for (String namespace :
        List.of(Names.rawNamespace(blueprint), Names.processedNamespace(blueprint))) {
      for (TableIdentifier id : catalog.listTables(Namespace.of(namespace))) {
        tables.add(hold(blueprint, id, point));
      }
    }
  }

  private HeldTable hold(String blueprint, TableIdentifier id, FlinkCommits.Restored point) {
    Table table = catalog.loadTable(id);
    Optional<Snapshot> found = FlinkCommits.at(table, point);
    found.ifPresent(snapshot -> reader.hold(table, snapshot.snapshotId()));
    table.refresh();
    Snapshot snapshot =
        found.map(one -> table.snapshot(one.snapshotId())).orElse(null); // held too late, if null
    if (found.isPresent() && snapshot == null) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The snapshot of " + id + " expired while the backup began; repeat the backup");
    }
    return new HeldTable(
        blueprint, id, table, ((HasTableOperations) table).operations().current(), snapshot);
  }

  /** When the earliest of the jobs' checkpoints was complete. */
  Instant time() {
    return jobs.values().stream()
        .map(job -> job.point().completed())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /** By blueprint. */
  Map<String, HeldState> jobs() {
    return jobs;
  }

  List<HeldTable> tables() {
    return tables;
  }

  /** What the blueprint's ledger had counted. */
  Map<Books.Epoch, Counted> counted(String blueprint) {
    Map<Books.Epoch, Counted> counts = new HashMap<>();
    HeldTable ledger = find(Names.rawNamespace(blueprint), LakeTables.LEDGER);
    ledger
        .image()
        .rows(
            ledger.metadata().schema().select(LEDGER),
            row -> {
              Counted of =
                  counts.computeIfAbsent(
                      new Books.Epoch(
                          (String) row.getField("stream"), (Integer) row.getField("log_epoch")),
                      any -> new Counted());
              of.logged += number(row, "logged");
              of.raw += number(row, "raw");
              of.processed += number(row, "processed");
              of.duplicates += number(row, "duplicates");
              of.quarantined += number(row, "quarantined");
              if ("parse".equals(row.getField("stage"))) {
                of.next.merge(
                    (Integer) row.getField("log_partition"), number(row, "next_offset"), Math::max);
              }
            });
    return counts;
  }

  /** The first offset of refused records that is not in their table. */
  long rejectedNext(String blueprint, int epoch) {
    HeldTable rejected = find(Names.rawNamespace(blueprint), LakeTables.REJECTED);
    long[] next = new long[1];
    rejected
        .image()
        .rows(
            rejected.metadata().schema().select(POSITION),
            row -> {
              if ((Integer) row.getField("log_epoch") == epoch) {
                next[0] = Math.max(next[0], number(row, "log_offset") + 1);
              }
            });
    return next[0];
  }

  private HeldTable find(String namespace, String name) {
    TableIdentifier id = TableIdentifier.of(namespace, name);
    return tables.stream().filter(table -> table.id().equals(id)).findFirst().orElseThrow();
  }

  private static long number(Record row, String column) {
    return (Long) row.getField(column);
  }

  @Override
  public void close() {
    reader.close();
    jobs.values()
        .forEach(
            job -> {
              try {
                job.close();
              } catch (IOException e) {
                log.warn("Links to a checkpoint stay until the next backup: {}", e.toString());
              }
            });
  }
}
