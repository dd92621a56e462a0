package io.leat.blueprint;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table with the newest state of each entity, for looking up by key.
 *
 * @param name unique in its blueprint
 * @param key the property that names the entity: the key of all its streams
 * @param from the columns that are kept of each stream, by the stream's name, in the order of the
 *     file; no column is in two
 * @param online the silence detector whose firing alert makes an entity's status {@code offline};
 *     null when there is none, so that there is no status
 * @param ttl how long a row stays after the newest event of its key
 */
public record HotTableSpec(
    String name,
    String key,
    Map<String, List<String>> from,
    @Nullable String online,
    Duration ttl) {
  /** What each row has of its own; no column may be called so. */
  public static final Set<String> OWN = Set.of("status", "last_seen", "incidents");

  public HotTableSpec {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    from.forEach((stream, columns) -> copy.put(stream, List.copyOf(columns)));
    from = Collections.unmodifiableMap(copy);
  }
}
