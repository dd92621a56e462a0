package io.leat.stream.detect;

import io.leat.rules.alert.FiringSet;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;

/** Cuts what a task has firing into records. */
final class FiringSets {
  private FiringSets() {}

  /**
   * @param task which of the tasks that speak for the detector
   * @param alerts ids
   */
  static void tell(
      String blueprint,
      String detector,
      int task,
      int tasks,
      long generation,
      List<String> alerts,
      Instant now,
      Consumer<Said> to) {
    int parts = Math.max(1, (alerts.size() + FiringSet.PER_PART - 1) / FiringSet.PER_PART);
    for (int part = 0; part < parts; part++) {
      int from = part * FiringSet.PER_PART;
      int end = Math.min(alerts.size(), from + FiringSet.PER_PART);
      FiringSet set =
          new FiringSet(
              blueprint,
              detector,
              task,
              tasks,
              generation,
              part,
              parts,
              new HashSet<>(alerts.subList(from, end)));
      to.accept(Said.of(set, now.toString()));
    }
  }
}
