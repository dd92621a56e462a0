package io.leat.app.reconcile;

import io.leat.event.Names;
import io.leat.lake.OffsetRange;
import io.leat.stream.LakeTables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Says how far a stream's log is in all of its tables. The commits of a checkpoint reach one table
 * after the other; so what the ledger's newest rows count is held against the tables.
 */
public final class SettledOffsets {
  private final Catalog catalog;

  public SettledOffsets(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * By partition of the present log, the first offset that is not surely in all tables.
   *
   * @param last the first offsets of the ledger's newest rows
   * @param next the first offsets that the ledger does not count
   */
  public Map<Integer, Long> of(
      ReconciledStream stream, Map<Integer, Long> last, Map<Integer, Long> next) {
    Map<Integer, OffsetRange> newest = new HashMap<>();
    next.forEach(
        (partition, end) ->
            newest.put(partition, new OffsetRange(last.getOrDefault(partition, 0L), end)));
    newest.values().removeIf(range -> range.size() == 0);
    Set<Integer> open = newest.isEmpty() ? Set.of() : unsettled(stream, newest);
    Map<Integer, Long> settled = new HashMap<>(next);
    open.forEach(partition -> settled.put(partition, last.getOrDefault(partition, 0L)));
    return Map.copyOf(settled);
  }

  /** The partitions of which the tables do not yet have everything. */
  private Set<Integer> unsettled(ReconciledStream stream, Map<Integer, OffsetRange> newest) {
    String raw = Names.rawNamespace(stream.blueprint());
    Map<LedgerRow.Log, List<LedgerRow>> rows = new HashMap<>();
    new LedgerTable(table(raw, LakeTables.LEDGER))
        .overlapping(
            stream.name(),
            Map.of(stream.epoch(), newest),
            row -> rows.computeIfAbsent(row.log(), any -> new ArrayList<>()).add(row));
    Gaps gaps = new Gaps();
    List<Span> spans = new ArrayList<>();
    rows.values()
        .forEach(own -> spans.addAll(LedgerAudit.audit(own, Instant.MIN, Instant.MAX, null, gaps)));
    if (!spans.isEmpty()) {
      PositionCheck.Tables tables =
          PositionCheck.Tables.of(
              stream.name(),
              table(raw, stream.name()),
              table(Names.processedNamespace(stream.blueprint()), stream.name()),
              table(raw, LakeTables.QUARANTINE));
      PositionCheck check =
          new PositionCheck(tables, PositionCheck.AT_ONCE, () -> false, file -> {}, gaps);
      Counts counts = check.check(spans);
      if (!counts.isBalanced() && check.agedOut() == 0 && gaps.all().isEmpty()) {
        return newest.keySet();
      }
    }
    Set<Integer> open = new HashSet<>();
    gaps.all().forEach(gap -> open.add(gap.partition()));
    return open;
  }

  private Table table(String namespace, String name) {
    return catalog.loadTable(TableIdentifier.of(namespace, name));
  }
}
