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
          "log_epoch",
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
   * A stream's sums since its tables began, over all its log epochs.
   *
   * @param epochs by log epoch, how far its log is in the tables
   */
  record Totals(
      long raw, long processed, long duplicates, long quarantined, Map<Integer, Epoch> epochs) {
    static final Totals NONE = new Totals(0, 0, 0, 0, Map.of());

    /** By partition, the first offset of the log epoch that is not yet committed. */
    Map<Integer, Long> nextOffsets(int epoch) {
      Epoch committed = epochs.get(epoch);
      return committed == null ? Map.of() : committed.nextOffsets;
    }

    /** Records of logs before {@code epoch}, which are only in the tables any more. */
    long loggedBefore(int epoch) {
      return epochs.entrySet().stream()
          .filter(earlier -> earlier.getKey() < epoch)
          .mapToLong(earlier -> earlier.getValue().logged)
          .sum();
    }
  }

  /**
   * One life of a stream's topic.
   *
   * @param logged records that were read
   * @param nextOffsets by partition, the first offset that is not yet committed
   */
  record Epoch(long logged, Map<Integer, Long> nextOffsets) {}

  private static final class Sum {
    private long raw;
    private long processed;
    private long duplicates;
    private long quarantined;
    private final Map<Integer, Long> logged = new HashMap<>();
    private final Map<Integer, Map<Integer, Long>> nextOffsets = new HashMap<>();

    void add(Record row) {
      int epoch = (Integer) row.getField("log_epoch");
      logged.merge(epoch, number(row, "logged"), Long::sum);
      raw += number(row, "raw");
      processed += number(row, "processed");
      duplicates += number(row, "duplicates");
      quarantined += number(row, "quarantined");
      if ("parse".equals(row.getField("stage"))) {
        nextOffsets
            .computeIfAbsent(epoch, e -> new HashMap<>())
            .merge((Integer) row.getField("log_partition"), number(row, "next_offset"), Math::max);
      }
    }

    Totals totals() {
      Map<Integer, Epoch> epochs = new HashMap<>();
      logged.forEach(
          (epoch, records) ->
              epochs.put(
                  epoch,
                  new Epoch(records, Map.copyOf(nextOffsets.getOrDefault(epoch, Map.of())))));
      return new Totals(raw, processed, duplicates, quarantined, Map.copyOf(epochs));
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
    byStream.forEach((stream, sum) -> totals.put(stream, sum.totals()));
    return totals;
  }
}
