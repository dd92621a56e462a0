package io.leat.parquet;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a conversion did. {@code rowsRead} = {@code rowsWritten} + {@code rowsFiltered} + the counts
 * of all rejections.
 *
 * @param rowsRead of the row groups that it was asked for
 * @param rowsFiltered left out because the filter does not hold for them, also unseen, by
 *     statistics
 * @param rejected by reason
 */
public record Converted(
    long rowsRead,
    long rowsWritten,
    long rowsFiltered,
    Map<String, Rejections> rejected,
    List<PartSummary> parts) {
  public Converted {
    rejected = Collections.unmodifiableMap(new TreeMap<>(rejected));
    parts = List.copyOf(parts);
  }
}
