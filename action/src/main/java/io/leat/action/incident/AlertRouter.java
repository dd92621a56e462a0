package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import java.util.Set;

/** Says which targets are told of the incident that an alert belongs to. */
@FunctionalInterface
public interface AlertRouter {
  /** Names of targets of the alert's blueprint; never empty, as there is a default route. */
  Set<String> targets(Alert alert);
}
