package io.leat.stream;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;

/**
 * How far a stream's log is in the tables, when a job begins without the stream's state. Records
 * before that are read once more so that deduplication knows their ids again; nothing else comes of
 * them.
 */
final class Written implements Serializable {
  private static final long serialVersionUID = 1L;

  /** By partition, the first offset whose rows are yet to be written. */
  private final long[] next;

  /**
   * @param next by partition; a partition that is missing has nothing in the tables
   */
  Written(Map<Integer, Long> next) {
    int partitions = next.keySet().stream().mapToInt(partition -> partition + 1).max().orElse(0);
    this.next = new long[partitions];
    Arrays.setAll(this.next, partition -> next.getOrDefault(partition, 0L));
  }

  /** Whether the record's rows are in the tables. */
  boolean has(int partition, long offset) {
    return partition < next.length && offset < next[partition];
  }
}
