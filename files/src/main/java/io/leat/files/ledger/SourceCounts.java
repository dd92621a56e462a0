package io.leat.files.ledger;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many files of a source are in which state.
 *
 * @param counts by state; those that are not there are 0
 * @param oldestWaiting when the oldest that is not over was discovered; null when there is none
 * @param publishedAt when one was published last
 */
public record SourceCounts(
    String blueprint,
    String source,
    Map<FileState.Name, Long> counts,
    @Nullable Instant oldestWaiting,
    @Nullable Instant publishedAt) {
  public SourceCounts {
    EnumMap<FileState.Name, Long> all = new EnumMap<>(FileState.Name.class);
    all.putAll(counts);
    counts = all;
  }

  /** Of a state. */
  public long of(FileState.Name state) {
    return counts.getOrDefault(state, 0L);
  }
}
