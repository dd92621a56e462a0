package io.leat.parquet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What all threads have counted. */
final class Counts {
  /** How many row numbers are kept of each reason. */
  private static final int FIRST_ROWS = 10;

  private long read;
  private long filtered;
  private final Map<String, Long> rejected = new HashMap<>();
  private final Map<String, TreeSet<Long>> firstRows = new HashMap<>();

  synchronized void read(long rows) {
    read += rows;
  }

  synchronized long read() {
    return read;
  }

  synchronized void filtered(long rows) {
    filtered += rows;
  }

  synchronized void rejected(String reason, long row) {
    rejected.merge(reason, 1L, Long::sum);
    TreeSet<Long> first = firstRows.computeIfAbsent(reason, r -> new TreeSet<>());
    first.add(row);
    if (first.size() > FIRST_ROWS) {
      first.pollLast();
    }
  }

  synchronized Converted converted(List<PartSummary> parts) {
    Map<String, Rejections> rejections = new HashMap<>();
    long all = 0;
    for (Map.Entry<String, Long> entry : rejected.entrySet()) {
      List<Long> first = new ArrayList<>(firstRows.getOrDefault(entry.getKey(), new TreeSet<>()));
      rejections.put(entry.getKey(), new Rejections(entry.getValue(), first));
      all += entry.getValue();
    }
    return new Converted(read, read - filtered - all, filtered, rejections, parts);
  }
}
