package io.leat.app.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.replay.Outcomes.Outcome;
import io.leat.lake.EventTables;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.PositionedTable;
import io.leat.lake.replay.ReplayRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.iceberg.types.Types;

/**
 * Holds what a replay made against what is there, record by record: the same position has the same
 * row, another one, or one on one side only. Reads both in parts, so that memory holds a hash for
 * each value of a part.
 */
final class Comparison {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_EXAMPLES = 5;

  /** Hashes that are held at a time, 16 MiB. */
  private static final long MOST_HASHES = 1L << 21;

  /** The quarantine's time is that of the replay. */
  private static final List<String> QUARANTINE = List.of("code", "reason", "stage");

  private final ShadowTables tables;
  private final ReplayRange range;
  private final SnapshotLeases leases;
  private final Pace pace;
  private final Consumer<Progress> progress;

  Comparison(
      ShadowTables tables,
      ReplayRange range,
      SnapshotLeases leases,
      Pace pace,
      Consumer<Progress> progress) {
    this.tables = tables;
    this.range = range;
    this.leases = leases;
    this.pace = pace;
    this.progress = progress;
  }

  /**
   * Compares.
   *
   * @param covered the positions that were replayed
   */
  ObjectNode run(PositionSet covered) throws IOException {
    Outcomes before = Outcomes.read(tables.processed(), tables.quarantine(), range, leases, pace);
    Outcomes after = Outcomes.read(tables.shadow(), tables.shadowQuarantine(), range, leases, pace);
    ObjectNode json = JSON.createObjectNode();
    json.put("records", covered.size());
    outcomes(covered, before, after, json.putArray("outcomes"));
    List<String> columns =
        tables.processedTable().schema().columns().stream().map(Types.NestedField::name).toList();
    Sides processed =
        new Sides(
            tables.processed(),
            tables.shadow(),
            before.processed(),
            after.processed(),
            columns,
            EventTables.EVENT_ID);
    json.set("processed", processed.compare(covered.size()));
    Sides quarantine =
        new Sides(
            tables.quarantine(),
            tables.shadowQuarantine(),
            before.quarantined(),
            after.quarantined(),
            QUARANTINE,
            "event_id");
    json.set("quarantine", quarantine.compare(covered.size()));
    json.put("differs", processed.differs() || quarantine.differs());
    return json;
  }

  private static void outcomes(
      PositionSet covered, Outcomes before, Outcomes after, ArrayNode json) {
    Map<Outcome, Map<Outcome, long[]>> counts = new EnumMap<>(Outcome.class);
    covered.forEach(
        (epoch, partition, offset) ->
            counts.computeIfAbsent(
                    before.of(epoch, partition, offset), any -> new EnumMap<>(Outcome.class))
                .computeIfAbsent(after.of(epoch, partition, offset), any -> new long[1])[0]++);
    counts.forEach(
        (from, byTo) ->
            byTo.forEach(
                (to, count) ->
                    json.addObject()
                        .put("before", text(from))
                        .put("after", text(to))
                        .put("records", count[0])));
  }

  private static String text(Outcome outcome) {
    return outcome.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** One record, for an example. */
  private record At(int epoch, int partition, long offset) {}

  /** Two tables of one shape. */
  private final class Sides {
    private final PositionedTable old;
    private final PositionedTable now;
    private final PositionSet oldSet;
    private final PositionSet nowSet;
    private final List<String> columns;
    private final String eventId;
    private final Map<String, Long> changedColumns = new TreeMap<>();
    private final Set<At> examples = new LinkedHashSet<>();
    private long changed;
    private long onlyOld;
    private long onlyNow;

    Sides(
        PositionedTable old,
        PositionedTable now,
        PositionSet oldSet,
        PositionSet nowSet,
        List<String> columns,
        String eventId) {
      this.old = old;
      this.now = now;
      this.oldSet = oldSet;
      this.nowSet = nowSet;
      this.columns = columns;
      this.eventId = eventId;
    }

    boolean differs() {
      return changed + onlyOld + onlyNow > 0;
    }

    ObjectNode compare(long records) throws IOException {
      List<PositionSet.Page> pages = inStep();
      int together = (int) Math.max(1, MOST_HASHES / ((long) PositionSet.PAGE * columns.size()));
      for (int i = 0; i < pages.size(); i += together) {
        progress.accept(new Progress("comparing", records, Progress.percent(i, pages.size())));
        part(pages.subList(i, Math.min(pages.size(), i + together)));
      }
      long both = oldSet.sizeOfBoth(nowSet);
      onlyOld = oldSet.size() - both;
      onlyNow = nowSet.size() - both;
      oneSided(oldSet, nowSet);
      oneSided(nowSet, oldSet);
      ObjectNode json =
          JSON.createObjectNode()
              .put("before", oldSet.size())
              .put("after", nowSet.size())
              .put("equal", both - changed)
              .put("changed", changed)
              .put("only_before", onlyOld)
              .put("only_after", onlyNow);
      ObjectNode byColumn = json.putObject("changed_columns");
      changedColumns.forEach(byColumn::put);
      examples(json.putArray("examples"));
      return json;
    }

    /** Those of both, such that pages of the same time are neighbours. */
    private List<PositionSet.Page> inStep() {
      Map<List<Integer>, Long> firsts = new HashMap<>();
      Set<PositionSet.Page> all = new TreeSet<>(oldSet.pages());
      all.addAll(nowSet.pages());
      all.forEach(
          page -> firsts.putIfAbsent(List.of(page.epoch(), page.partition()), page.number()));
      List<PositionSet.Page> pages = new ArrayList<>(all);
      pages.sort(
          java.util.Comparator.comparingInt(PositionSet.Page::epoch)
              .thenComparingLong(
                  page ->
                      page.number()
                          - firsts.getOrDefault(List.of(page.epoch(), page.partition()), 0L))
              .thenComparingInt(PositionSet.Page::partition));
      return pages;
    }

    private void part(List<PositionSet.Page> pages) throws IOException {
      Map<PositionSet.Page, long[]> hashes = new HashMap<>();
      int width = columns.size();
      pages.forEach(page -> hashes.put(page, new long[PositionSet.PAGE * width]));
      old.read(
          range,
          pages,
          columns,
          leases,
          pace,
          row -> {
            long[] own = hashes.get(row.page());
            int at = row.inPage() * width;
            for (int i = 0; own != null && i < width; i++) {
              own[at + i] = hash(row.values().get(i, Object.class));
            }
          });
      now.read(
          range,
          pages,
          columns,
          leases,
          pace,
          row -> {
            long[] theirs = hashes.get(row.page());
            if (theirs != null && oldSet.contains(row.epoch(), row.partition(), row.offset())) {
              compare(row, theirs);
            }
          });
    }

    private void compare(PositionedTable.Row row, long[] theirs) {
      int at = row.inPage() * columns.size();
      boolean isChanged = false;
      for (int i = 0; i < columns.size(); i++) {
        if (theirs[at + i] != hash(row.values().get(i, Object.class))) {
          isChanged = true;
          changedColumns.merge(columns.get(i), 1L, Long::sum);
        }
      }
      if (isChanged) {
        changed++;
        if (changed <= MOST_EXAMPLES) {
          examples.add(new At(row.epoch(), row.partition(), row.offset()));
        }
      }
    }

    private void oneSided(PositionSet of, PositionSet other) {
      int[] found = new int[1];
      of.forEach(
          (epoch, partition, offset) -> {
            if (found[0] < MOST_EXAMPLES && !other.contains(epoch, partition, offset)) {
              found[0]++;
              examples.add(new At(epoch, partition, offset));
            }
          });
    }

    private void examples(ArrayNode json) throws IOException {
      Map<At, Map<String, String>> before = values(old);
      Map<At, Map<String, String>> after = values(now);
      for (At at : examples) {
        Map<String, String> was = before.getOrDefault(at, Map.of());
        Map<String, String> is = after.getOrDefault(at, Map.of());
        ObjectNode one =
            json.addObject()
                .put("log_epoch", at.epoch())
                .put("log_partition", at.partition())
                .put("log_offset", at.offset())
                .put("event_id", (was.isEmpty() ? is : was).get(eventId))
                .put(
                    "what",
                    was.isEmpty() ? "only_after" : is.isEmpty() ? "only_before" : "changed");
        ArrayNode values = one.putArray("values");
        for (String column : columns) {
          String from = was.get(column);
          String to = is.get(column);
          if (!java.util.Objects.equals(from, to) && !was.isEmpty() && !is.isEmpty()) {
            values.addObject().put("column", column).put("before", from).put("after", to);
          }
        }
      }
    }

    private Map<At, Map<String, String>> values(PositionedTable table) throws IOException {
      Map<At, Map<String, String>> found = new HashMap<>();
      PositionSet wanted = new PositionSet();
      examples.forEach(at -> wanted.add(at.epoch(), at.partition(), at.offset()));
      List<String> names = new ArrayList<>(columns);
      names.remove(eventId);
      names.add(eventId);
      table.read(
          range,
          wanted.pages(),
          names,
          leases,
          pace,
          row -> {
            At at = new At(row.epoch(), row.partition(), row.offset());
            if (examples.contains(at)) {
              Map<String, String> values = new HashMap<>();
              for (int i = 0; i < names.size(); i++) {
                Object value = row.values().get(i, Object.class);
                if (value != null) {
                  values.put(names.get(i), value.toString());
                }
              }
              found.put(at, values);
            }
          });
      return found;
    }
  }

  /** FNV-1a over a value as text: two that differ have another one, but for one pair in 2^64. */
  private static long hash(@org.jspecify.annotations.Nullable Object value) {
    if (value == null) {
      return 0;
    }
    String text = value.toString();
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
