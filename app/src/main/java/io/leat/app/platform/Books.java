package io.leat.app.platform;

import io.leat.event.Names;
import io.leat.lake.Appends;
import io.leat.stream.LakeTables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;

/** Adds up a blueprint's ledger as it is committed. Thread-safe. */
final class Books {
  private static final List<String> COLUMNS =
      List.of(
          "stream",
          "log_partition",
          "stage",
          "next_offset",
          "logged",
          "raw",
          "processed",
          "duplicates",
          "quarantined");

  private final Appends ledger;
  private final Map<String, Sum> byStream = new TreeMap<>();

  Books(Catalog catalog, String blueprint) {
    this.ledger =
        new Appends(
            catalog.loadTable(TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.LEDGER)),
            COLUMNS);
  }

  /**
   * A stream's sums since its tables began, and how far its log is in the tables.
   *
   * @param nextOffsets by partition, the first offset that is not yet committed
   */
  record Totals(
      long logged,
      long raw,
      long processed,
      long duplicates,
      long quarantined,
      Map<Integer, Long> nextOffsets) {
    static final Totals NONE = new Totals(0, 0, 0, 0, 0, Map.of());
  }

  private static final class Sum {
    private long logged;
    private long raw;
    private long processed;
    private long duplicates;
    private long quarantined;
    private final Map<Integer, Long> nextOffsets = new HashMap<>();

    void add(Record row) {
      logged += number(row, "logged");
      raw += number(row, "raw");
      processed += number(row, "processed");
      duplicates += number(row, "duplicates");
      quarantined += number(row, "quarantined");
      if ("parse".equals(row.getField("stage"))) {
        nextOffsets.merge(
            (Integer) row.getField("log_partition"), number(row, "next_offset"), Math::max);
      }
    }

    private static long number(Record row, String column) {
      return (Long) row.getField(column);
    }
  }

  /** Reads what was committed since the last call, and returns the sums by stream. */
  synchronized Map<String, Totals> totals() {
    ledger.poll(
        (snapshot, row) ->
            byStream.computeIfAbsent((String) row.getField("stream"), s -> new Sum()).add(row));
    Map<String, Totals> totals = new TreeMap<>();
    byStream.forEach(
        (stream, sum) ->
            totals.put(
                stream,
                new Totals(
                    sum.logged,
                    sum.raw,
                    sum.processed,
                    sum.duplicates,
                    sum.quarantined,
                    Map.copyOf(sum.nextOffsets))));
    return totals;
  }
}
