package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.lake.FlinkCommits;
import io.leat.lake.RowSearch;
import io.leat.stream.LakeTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;

/**
 * Finds out, when all checkpoints of a job are lost, how far its tables are together. Each table is
 * committed for itself, so that of the newest checkpoint some may have their rows and some not. A
 * table has no commit of a checkpoint in which it got no rows: the ledger tells which got some.
 */
final class LostCheckpoints {
  private static final long NONE = Long.MIN_VALUE;

  private final String blueprint;
  private final List<TableIdentifier> all;
  private final Catalog catalog;

  /**
   * @param all the tables that the blueprint's job writes
   */
  LostCheckpoints(String blueprint, List<TableIdentifier> all, Catalog catalog) {
    this.blueprint = blueprint;
    this.all = List.copyOf(all);
    this.catalog = catalog;
  }

  /**
   * The newest checkpoint whose rows are in all tables.
   *
   * @return empty when no table has any
   * @throws LeatException CONFLICT when the ledger does not tell; nothing was changed
   */
  Optional<FlinkCommits.Commit> common() {
    Map<TableIdentifier, Long> newest = new HashMap<>();
    for (TableIdentifier id : tables()) {
      List<FlinkCommits.Commit> commits = FlinkCommits.newest(catalog.loadTable(id));
      newest.put(id, commits.isEmpty() ? NONE : commits.get(0).checkpoint());
    }
    if (newest.values().stream().allMatch(checkpoint -> checkpoint == NONE)) {
      return Optional.empty();
    }
    Table ledger = catalog.loadTable(ledger());
    List<FlinkCommits.Commit> books = FlinkCommits.newest(ledger);
    if (books.isEmpty()) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The job of "
              + blueprint
              + " has no checkpoint any more, its tables have rows, and "
              + ledger()
              + " does not say how far they are. Restore the data directory's flink/ or that table"
              + " from a backup.");
    }
    long bound = Math.min(books.get(0).checkpoint(), firstLacking(ledger, newest) - 1);
    return Optional.of(
        books.stream()
            .filter(commit -> commit.checkpoint() <= bound)
            .findFirst()
            .orElseThrow(() -> expired(bound)));
  }

  /** The tables that go on together. The one of rejected records has a log of its own. */
  List<TableIdentifier> tables() {
    return all.stream().filter(id -> !id.equals(rejected())).toList();
  }

  private TableIdentifier ledger() {
    return TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.LEDGER);
  }

  private TableIdentifier rejected() {
    return TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.REJECTED);
  }

  /** The first checkpoint of which a table lacks rows that the ledger counts. */
  private long firstLacking(Table ledger, Map<TableIdentifier, Long> newest) {
    // From 1 on: what a replay corrected is no checkpoint's, and has a negative number.
    long known =
        Math.max(0, newest.values().stream().mapToLong(checkpoint -> checkpoint).min().orElse(0));
    long[] first = {Long.MAX_VALUE};
    RowSearch counts =
        new RowSearch(
            ledger,
            Expressions.greaterThan("checkpoint_id", known),
            "written_at",
            List.of("stream", "checkpoint_id", "raw", "processed", "quarantined"));
    counts.in(
        null,
        null,
        () -> false,
        row -> {
          long checkpoint = (Long) row.getField("checkpoint_id");
          if (checkpoint < first[0]
              && got(row).stream()
                  .anyMatch(id -> newest.getOrDefault(id, Long.MAX_VALUE) < checkpoint)) {
            first[0] = checkpoint;
          }
        });
    return first[0];
  }

  /** The tables that got rows. Those of a removed stream are not asked about. */
  private List<TableIdentifier> got(Record row) {
    String stream = (String) row.getField("stream");
    String raw = Names.rawNamespace(blueprint);
    List<TableIdentifier> got = new ArrayList<>();
    if (has(row, "raw")) {
      got.add(TableIdentifier.of(raw, stream));
    }
    if (has(row, "processed")) {
      got.add(TableIdentifier.of(Names.processedNamespace(blueprint), stream));
    }
    if (has(row, "quarantined")) {
      got.add(TableIdentifier.of(raw, LakeTables.QUARANTINE));
    }
    return got;
  }

  private static boolean has(Record row, String count) {
    return (Long) row.getField(count) > 0;
  }

  /** In the log epoch, the first offset of rejected records that is not in the table yet. */
  Map<Integer, Long> nextRejected(int epoch) {
    Map<Integer, Long> next = new HashMap<>();
    RowSearch rows =
        new RowSearch(
            catalog.loadTable(rejected()),
            Expressions.equal("log_epoch", epoch),
            "received_at",
            List.of("log_partition", "log_offset"));
    rows.in(
        null,
        null,
        () -> false,
        row ->
            next.merge(
                (Integer) row.getField("log_partition"),
                (Long) row.getField("log_offset") + 1,
                Math::max));
    return Map.copyOf(next);
  }

  private LeatException expired(long checkpoint) {
    return new LeatException(
        ErrorCode.CONFLICT,
        "The job of "
            + blueprint
            + " has no checkpoint any more, its tables are together at checkpoint "
            + checkpoint
            + " only, and the ledger's snapshot of it has expired. Restore the data directory's"
            + " flink/ or the tables from a backup.");
  }
}
