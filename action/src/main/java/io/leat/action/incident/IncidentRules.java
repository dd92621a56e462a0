package io.leat.action.incident;

import io.leat.rules.incident.IncidentPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a blueprint declares of its incidents.
 *
 * @param policy what becomes of them as time passes
 * @param groupBy what a detector's alerts are grouped by, by the detector's name; {@link
 *     io.leat.rules.detect.DetectorSpec#groupBy}
 * @param router where they go
 */
public record IncidentRules(
    IncidentPolicy policy, Map<String, List<String>> groupBy, AlertRouter router) {
  /** What the alerts of a detector are grouped by that is not declared any more. */
  static final List<String> DEFAULT_GROUP = List.of("detector", "key");

  public IncidentRules {
    groupBy = Map.copyOf(groupBy);
  }

  /** For incidents of a blueprint that is not there any more: they end, and go nowhere new. */
  public static IncidentRules ofNoBlueprint() {
    return new IncidentRules(
        new IncidentPolicy(
            Duration.ofMinutes(30),
            Duration.ofHours(24),
            Duration.ofDays(400),
            5,
            Duration.ofMinutes(10),
            List.of()),
        Map.of(),
        alert -> Set.of());
  }

  List<String> groupBy(String detector) {
    return groupBy.getOrDefault(detector, DEFAULT_GROUP);
  }
}
