package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The silences of one moment, ready to match many alerts. */
final class ActiveSilences {
  private final List<Compiled> all = new ArrayList<>();

  private record Compiled(long id, List<Predicate<Alert>> matchers) {}

  ActiveSilences(List<Silence> silences) {
    for (Silence silence : silences) {
      all.add(
          new Compiled(
              silence.id(), silence.matchers().stream().map(AlertMatcher::predicate).toList()));
    }
  }

  /** The first silence that the alert is under; null: none. */
  @Nullable Long of(Alert alert) {
    for (Compiled one : all) {
      if (one.matchers().stream().allMatch(matcher -> matcher.test(alert))) {
        return one.id();
      }
    }
    return null;
  }
}
