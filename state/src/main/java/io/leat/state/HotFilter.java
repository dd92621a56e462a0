package io.leat.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which entities to list, in the order of the bytes of their keys.
 *
 * @param status only those that are so; null: any
 * @param prefix what their keys begin with; empty: anything
 * @param columns by stream a JSON object, whose members its columns must have
 * @param keys to which whoever asks is restricted; empty: not at all
 * @param after the key behind which to begin; empty: from the first on
 * @param most how many
 */
public record HotFilter(
    @Nullable Status status,
    String prefix,
    Map<String, String> columns,
    Set<String> keys,
    String after,
    int most) {
  /** Whether the detector of the table thinks that an entity is there. */
  public enum Status {
    ONLINE,
    OFFLINE
  }

  public HotFilter {
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    keys = Set.copyOf(keys);
    if (most < 1) {
      throw new IllegalArgumentException("most must be at least 1");
    }
  }

  /** The first so many. */
  public static HotFilter first(int most) {
    return new HotFilter(null, "", Map.of(), Set.of(), "", most);
  }
}
