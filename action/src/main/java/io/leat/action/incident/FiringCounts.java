package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many alerts of an incident fire, by severity, and what that makes of it. */
final class FiringCounts {
  private final Map<Severity, Integer> counts = new EnumMap<>(Severity.class);
  private int silenced;

  FiringCounts(List<Integer> bySeverity, int silenced) {
    Iterator<Integer> count = bySeverity.iterator();
    for (Severity severity : Severity.values()) {
      counts.put(severity, count.next());
    }
    this.silenced = silenced;
  }

  static FiringCounts ofNone() {
    return new FiringCounts(List.of(0, 0, 0, 0, 0), 0);
  }

  void add(Severity severity, boolean isSilenced) {
    counts.merge(severity, 1, Integer::sum);
    silenced += isSilenced ? 1 : 0;
  }

  void remove(Severity severity, boolean wasSilenced) {
    counts.merge(severity, -1, Integer::sum);
    silenced -= wasSilenced ? 1 : 0;
  }

  void replace(Severity before, Severity after) {
    counts.merge(before, -1, Integer::sum);
    counts.merge(after, 1, Integer::sum);
  }

  /** So many more of them, or fewer, are silenced. */
  void silence(int change) {
    silenced += change;
  }

  int sum() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  int silenced() {
    return silenced;
  }

  boolean isSilenced() {
    return sum() > 0 && silenced >= sum();
  }

  List<Integer> bySeverity() {
    return List.copyOf(counts.values());
  }

  /** Of those that fire; there are some. */
  Severity worst() {
    for (Map.Entry<Severity, Integer> one : counts.entrySet()) {
      if (one.getValue() > 0) {
        return one.getKey();
      }
    }
    throw new IllegalStateException("no alert fires");
  }

  /**
   * Of many alerts it changes at 2, 5, 10, 20, 50 and so on only: each change is a request to a
   * target.
   *
   * @param latest the one that fired just now; null when one is over
   */
  String summary(@Nullable Alert latest, String groupKey) {
    int count = sum();
    if (count > 1) {
      return step(count) + " alerts or more: " + groupKey;
    }
    return latest != null ? latest.summary() : "1 alert is left: " + groupKey;
  }

  private static int step(int count) {
    if (count >= 20) {
      return 10 * step(count / 10);
    }
    return count >= 10 ? 10 : count >= 5 ? 5 : count >= 2 ? 2 : 1;
  }
}
