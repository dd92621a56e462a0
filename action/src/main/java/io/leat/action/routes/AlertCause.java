package io.leat.action.routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.incident.AlertDetail;

/** Knows what an alert was made of: the events that show it and the rule that judged them. */
@FunctionalInterface
public interface AlertCause {
  /**
   * Adds the members {@code evidence} and {@code rule}.
   *
   * @throws io.leat.event.LeatException when an engine that has to be asked is away
   */
  void explain(AlertDetail alert, ObjectNode json);
}
