package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.FiringSet;

/** What detectors say on the topic of alerts. */
public sealed interface DetectorReport {

  /** An episode began or ended. */
  record OfAlert(Alert alert) implements DetectorReport {}

  /** All that a task has firing. */
  record OfFiringSet(FiringSet set) implements DetectorReport {}
}
