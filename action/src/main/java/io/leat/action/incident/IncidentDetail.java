package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An incident with all that belongs to it.
 *
 * @param history its newest changes, the oldest of them first
 * @param alerts the firing ones first, then the newest
 */
public record IncidentDetail(
    Incident incident, List<HistoryEntry> history, List<IncidentAlert> alerts) {
  public IncidentDetail {
    history = List.copyOf(history);
    alerts = List.copyOf(alerts);
  }

  /**
   * An alert of an incident.
   *
   * @param alert what was said when it began or changed last
   * @param isFiring whether it goes on
   * @param changedAt when it was taken in that it began or ended
   * @param isAbsent whether it is over because no task of its detector had it after a restore
   * @param silence under which it is; null: none
   */
  public record IncidentAlert(
      Alert alert, boolean isFiring, Instant changedAt, boolean isAbsent, @Nullable Long silence) {}
}
