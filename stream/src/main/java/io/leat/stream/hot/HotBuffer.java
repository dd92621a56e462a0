package io.leat.stream.hot;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The newest write of each entity, of a bounded number of them. Not thread-safe. */
final class HotBuffer {
  private static final Comparator<HotWrite> ORDER =
      Comparator.comparing(HotWrite::table).thenComparing(HotWrite::key);

  private final int mostKeys;
  private final int mostChars;
  private final Map<Entity, HotWrite> newest = new HashMap<>();
  private long chars;

  private record Entity(String table, String key) {}

  HotBuffer(int mostKeys, int mostChars) {
    this.mostKeys = mostKeys;
    this.mostChars = mostChars;
  }

  void put(HotWrite write) {
    Entity entity = new Entity(write.table(), write.key());
    HotWrite before = newest.get(entity);
    if (before == null || before.isOlderThan(write)) {
      newest.put(entity, write);
      chars += write.columns().length() - (before == null ? 0 : before.columns().length());
    }
  }

  boolean isEmpty() {
    return newest.isEmpty();
  }

  boolean isFull() {
    return newest.size() >= mostKeys || chars >= mostChars;
  }

  /** All of it, by table and key; the buffer is empty then. */
  List<HotWrite> take() {
    List<HotWrite> sorted = newest.values().stream().sorted(ORDER).toList();
    newest.clear();
    chars = 0;
    return sorted;
  }
}
