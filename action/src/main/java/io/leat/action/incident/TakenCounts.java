package io.leat.action.incident;

import java.util.EnumMap;
import java.util.Map;

/** What a transaction did, for the metrics once it is committed. Owned by one thread. */
public final class TakenCounts {
  /** What became of what a detector said. */
  public enum Outcome {
    /** An episode began. */
    FIRED,
    /** An episode ended. */
    RESOLVED,
    /** An episode goes on with another severity or summary. */
    CHANGED,
    /** It was known already. */
    REPEATED,
    /** An end without a beginning. */
    UNMATCHED,
    /** An episode was over because no task had it after a restore. */
    ABSENT
  }

  private final Map<Outcome, Integer> alerts = new EnumMap<>(Outcome.class);
  private final Map<IncidentChange, Integer> changes = new EnumMap<>(IncidentChange.class);

  void count(Outcome outcome) {
    alerts.merge(outcome, 1, Integer::sum);
  }

  void count(IncidentChange change) {
    changes.merge(change, 1, Integer::sum);
  }

  /** How many alerts had which outcome. */
  public Map<Outcome, Integer> alerts() {
    return Map.copyOf(alerts);
  }

  /** How many changes of incidents there were. */
  public Map<IncidentChange, Integer> changes() {
    return Map.copyOf(changes);
  }
}
