package io.leat.lake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateProperties;

/**
 * The log positions whose rows have aged out of a table: the offsets between the first and the last
 * of each file that was taken away. Kept in the table itself ({@link #PROPERTY}), written by the
 * commit that takes the files away, so that whoever misses a row can tell age from loss. Immutable.
 */
public final class AgedOut {
  /** Of the table: {@code epoch/partition:first-next,...;...}. */
  public static final String PROPERTY = "leat.aged-out";

  /** Of one partition; with more, the smallest hole between two is counted as aged out, too. */
  static final int MOST_RANGES = 100;

  /** Of a table where nothing has aged out. */
  public static final AgedOut NOTHING = new AgedOut(Map.of());

  private final Map<Log, List<OffsetRange>> ranges;

  private record Log(int epoch, int partition) implements Comparable<Log> {
    @Override
    public int compareTo(Log other) {
      return epoch == other.epoch
          ? Integer.compare(partition, other.partition)
          : Integer.compare(epoch, other.epoch);
    }
  }

  private AgedOut(Map<Log, List<OffsetRange>> ranges) {
    this.ranges = ranges;
  }

  /**
   * What the table says.
   *
   * @throws IllegalArgumentException when its property was written by something else
   */
  public static AgedOut of(Table table) {
    String text = table.properties().get(PROPERTY);
    if (text == null || text.isEmpty()) {
      return NOTHING;
    }
    Map<Log, List<OffsetRange>> ranges = new TreeMap<>();
    for (String part : text.split(";", -1)) {
      String[] sides = part.split("[/:]", -1);
      if (sides.length != 3) {
        throw new IllegalArgumentException(
            "The table " + table.name() + " has the property " + PROPERTY + " = " + text);
      }
      List<OffsetRange> own = new ArrayList<>();
      for (String range : sides[2].split(",", -1)) {
        int dash = range.indexOf('-');
        own.add(
            new OffsetRange(
                Long.parseLong(range.substring(0, dash)),
                Long.parseLong(range.substring(dash + 1))));
      }
      ranges.put(new Log(Integer.parseInt(sides[0]), Integer.parseInt(sides[1])), own);
    }
    return new AgedOut(ranges);
  }

  /** This and one range more. */
  public AgedOut with(int epoch, int partition, OffsetRange range) {
    Map<Log, List<OffsetRange>> more = new TreeMap<>(ranges);
    more.merge(new Log(epoch, partition), List.of(range), AgedOut::joined);
    return new AgedOut(more);
  }

  private static List<OffsetRange> joined(List<OffsetRange> some, List<OffsetRange> others) {
    List<OffsetRange> sorted = new ArrayList<>(some);
    sorted.addAll(others);
    sorted.sort((a, b) -> Long.compare(a.first(), b.first()));
    List<OffsetRange> joined = new ArrayList<>();
    for (OffsetRange range : sorted) {
      int last = joined.size() - 1;
      if (last >= 0 && joined.get(last).next() >= range.first()) {
        joined.set(last, joined.get(last).hull(range));
      } else {
        joined.add(range);
      }
    }
    while (joined.size() > MOST_RANGES) {
      int at = 0;
      for (int i = 1; i + 1 < joined.size(); i++) {
        if (hole(joined, i) < hole(joined, at)) {
          at = i;
        }
      }
      joined.set(at, joined.get(at).hull(joined.remove(at + 1)));
    }
    return joined;
  }

  private static long hole(List<OffsetRange> ranges, int behind) {
    return ranges.get(behind + 1).first() - ranges.get(behind).next();
  }

  /** Of one partition, in order, apart from each other; empty when nothing has aged out. */
  public List<OffsetRange> ranges(int epoch, int partition) {
    return List.copyOf(ranges.getOrDefault(new Log(epoch, partition), List.of()));
  }

  /** As the property has it. */
  String text() {
    StringBuilder text = new StringBuilder();
    ranges.forEach(
        (log, own) -> {
          text.append(text.isEmpty() ? "" : ";")
              .append(log.epoch)
              .append('/')
              .append(log.partition);
          String separator = ":";
          for (OffsetRange range : own) {
            text.append(separator).append(range.first()).append('-').append(range.next());
            separator = ",";
          }
        });
    return text.toString();
  }

  /** Makes the table say this, with the change's commit. */
  public void into(UpdateProperties change) {
    change.set(PROPERTY, text());
  }
}
