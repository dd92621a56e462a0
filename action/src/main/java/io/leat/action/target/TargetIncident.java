package io.leat.action.target;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An incident, as targets show it.
 *
 * @param id 32 hexadecimal digits, never empty and the same for ever: the correlation id. After a
 *     restore from a backup the same alerts make the same incident with the same id
 * @param blueprint whose alerts it is made of
 * @param groupKey what they have in common, readable: {@code detector=offline, key=device-1}
 * @param state where it stands
 * @param severity the worst of its firing alerts; when none fires, of those that did last
 * @param summary one sentence: of its only firing alert, or of the worst and how many there are
 * @param openedAt when it opened for the first time
 * @param changedAt when it changed last
 * @param acknowledgedBy who looks after it; null when nobody said so
 * @param resolvedAt null while it is not resolved
 * @param firing how many of its alerts fire
 * @param total how many alerts it ever had
 * @param alerts the firing ones, worst first, at most {@value #MOST_ALERTS}; when none fires, the
 *     last that did
 * @param runbook of the worst alert; null when it names none
 * @param link where Leat shows it; null when Leat's address is not configured
 */
public record TargetIncident(
    String id,
    String blueprint,
    String groupKey,
    State state,
    Severity severity,
    String summary,
    Instant openedAt,
    Instant changedAt,
    @Nullable String acknowledgedBy,
    @Nullable Instant resolvedAt,
    int firing,
    int total,
    List<Alert> alerts,
    @Nullable String runbook,
    @Nullable URI link) {
  /** More alerts than these are only counted. */
  public static final int MOST_ALERTS = 10;

  /** Where an incident stands. */
  public enum State {
    OPEN,
    ACKNOWLEDGED,
    RESOLVED,
    CLOSED
  }

  public TargetIncident {
    if (id.isBlank()) {
      throw new IllegalArgumentException("an incident without an id would match others");
    }
    alerts = List.copyOf(alerts);
  }

  /** The alert that its severity comes from; empty only when its alerts were deleted by age. */
  public Optional<Alert> worst() {
    return alerts.stream().findFirst();
  }
}
