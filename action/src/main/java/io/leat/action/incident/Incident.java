package io.leat.action.incident;

import io.leat.rules.alert.Severity;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the alerts of a group became.
 *
 * @param id 32 hexadecimal digits, for ever its own
 * @param groupKey what its alerts have in common, readable
 * @param state where it stands
 * @param severity the worst of its firing alerts; when none fires, of those that did last
 * @param summary one sentence
 * @param runbook what to do about it; null when its alerts name none
 * @param firing how many of its alerts fire, by {@link Severity}, in its order
 * @param silenced how many of those are under a silence
 * @param total how many alerts it ever had
 * @param version grows with each change, from 1
 * @param openedAt when it opened for the first time
 * @param changedAt when it changed last
 * @param flappingSince null while it is not flapping
 * @param turns when it opened or resolved lately, the newest last
 * @param escalated how many escalations have happened since it opened last
 * @param dueAt when something happens to it by the passing of time alone; null: never
 */
public record Incident(
    String id,
    String blueprint,
    String groupKey,
    IncidentState state,
    Severity severity,
    String summary,
    @Nullable String runbook,
    List<Integer> firing,
    int silenced,
    int total,
    long version,
    Instant openedAt,
    Instant changedAt,
    @Nullable Instant flappingSince,
    List<Instant> turns,
    int escalated,
    @Nullable Instant dueAt) {
  public Incident {
    if (id.isBlank()) {
      throw new IllegalArgumentException("an incident without an id");
    }
    firing = List.copyOf(firing);
    turns = List.copyOf(turns);
    if (firing.size() != Severity.values().length) {
      throw new IllegalArgumentException("not a count for each severity: " + firing);
    }
  }

  /** How many of its alerts fire. */
  public int firingAlerts() {
    return firing.stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether all its firing alerts are under silences. */
  public boolean isSilenced() {
    return firingAlerts() > 0 && silenced >= firingAlerts();
  }

  /** Whether its targets hear nothing of it now: it is silenced or flapping. */
  public boolean isHeld() {
    return flappingSince != null || isSilenced();
  }
}
