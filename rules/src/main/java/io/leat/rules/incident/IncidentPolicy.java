package io.leat.rules.incident;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What becomes of a blueprint's incidents as time passes.
 *
 * @param reopenWithin an alert that fires within this after its incident was resolved opens the
 *     same one again; later it opens a new one
 * @param closeAfter a resolved incident is closed after this
 * @param keepFor a closed incident is forgotten after this, with its alerts and deliveries; longer
 *     than the log of alerts
 * @param flapChanges an incident that opens and resolves so often within {@code flapWithin} is
 *     flapping: it stays open, and its targets are told nothing, until it has been quiet for {@code
 *     flapWithin}
 * @param flapWithin the time for it
 * @param escalations what happens to an incident that nobody acknowledged, by time
 */
public record IncidentPolicy(
    Duration reopenWithin,
    Duration closeAfter,
    Duration keepFor,
    int flapChanges,
    Duration flapWithin,
    List<Escalation> escalations) {

  /**
   * An incident that is open and not acknowledged for a while goes to more targets.
   *
   * @param after since it opened
   * @param to names of targets
   */
  public record Escalation(Duration after, Set<String> to) {
    public Escalation {
      to = Set.copyOf(to);
    }
  }

  public IncidentPolicy {
    escalations = List.copyOf(escalations);
  }
}
