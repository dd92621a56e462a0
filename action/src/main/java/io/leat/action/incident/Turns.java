package io.leat.action.incident;

import io.leat.rules.incident.IncidentPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** When an incident opened or resolved by its alerts lately: whether it flaps. */
final class Turns {
  private final IncidentPolicy policy;
  private final List<Instant> times;

  Turns(IncidentPolicy policy, List<Instant> times) {
    this.policy = policy;
    this.times = new ArrayList<>(times);
  }

  void add(Instant at) {
    times.add(at);
    Instant from = at.minus(policy.flapWithin());
    times.removeIf(turn -> turn.isBefore(from));
    while (times.size() > Math.max(1, policy.flapChanges())) {
      times.remove(0);
    }
  }

  boolean areTooMany() {
    return policy.flapChanges() > 1 && times.size() >= policy.flapChanges();
  }

  /** When it has been quiet for long enough, if nothing more happens. */
  Instant quietAt(Instant otherwise) {
    Instant last = times.isEmpty() ? otherwise : times.get(times.size() - 1);
    return last.plus(policy.flapWithin());
  }

  int count() {
    return times.size();
  }

  List<Instant> times() {
    return List.copyOf(times);
  }

  void clear() {
    times.clear();
  }
}
