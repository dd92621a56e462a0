package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import io.leat.rules.incident.IncidentPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which incidents a detector's alerts would have opened, if nobody had done anything and nothing
 * else had fired: grouped, and opened again within the policy's time. Flapping is left out, which
 * changes what targets hear, and seldom the number of incidents. Owned by one thread.
 */
public final class IncidentForecast {
  private final List<String> groupBy;
  private final IncidentPolicy policy;
  private final int most;
  private final Map<String, Working> newest = new HashMap<>();
  private final Map<String, Working> byAlert = new HashMap<>();
  private final List<Working> listed = new ArrayList<>();
  private long opened;

  /**
   * An incident that would have been.
   *
   * @param group what its alerts have in common, readable
   * @param severity the worst of its alerts
   * @param summary of its first alert
   * @param openedAt when it opened for the first time
   * @param resolvedAt when its last alert was over; null: it is open at the end
   * @param alerts how many it had
   * @param reopened how often it opened again
   */
  public record Foreseen(
      String group,
      Severity severity,
      String summary,
      Instant openedAt,
      @Nullable Instant resolvedAt,
      int alerts,
      int reopened) {}

  private static final class Working {
    private final String group;
    private final String summary;
    private final Instant openedAt;
    private final Set<String> firing = new HashSet<>();
    private Severity severity;
    private @Nullable Instant resolvedAt;
    private int alerts;
    private int reopened;

    Working(String group, Alert alert) {
      this.group = group;
      this.summary = alert.summary();
      this.openedAt = alert.detectedAt();
      this.severity = alert.severity();
    }

    Foreseen foreseen() {
      return new Foreseen(group, severity, summary, openedAt, resolvedAt, alerts, reopened);
    }
  }

  /**
   * @param groupBy as the detector says
   * @param most so many are listed; the others are counted
   */
  public IncidentForecast(List<String> groupBy, IncidentPolicy policy, int most) {
    this.groupBy = List.copyOf(groupBy);
    this.policy = policy;
    this.most = most;
  }

  /** The next alert, in the order of their {@code detectedAt}. */
  public void take(Alert alert) {
    String group = GroupKey.of(alert, groupBy);
    if (alert.state() == Alert.State.FIRING) {
      fires(group, alert);
    } else {
      isOver(alert);
    }
  }

  private void fires(String group, Alert alert) {
    Working incident = newest.get(group);
    Instant resolvedAt = incident == null ? null : incident.resolvedAt;
    if (incident != null && incident.firing.contains(alert.id())) {
      return;
    }
    if (incident == null
        || (resolvedAt != null
            && alert.detectedAt().isAfter(resolvedAt.plus(policy.reopenWithin())))) {
      incident = new Working(group, alert);
      newest.put(group, incident);
      opened++;
      if (listed.size() < most) {
        listed.add(incident);
      }
    } else if (resolvedAt != null) {
      incident.reopened++;
    }
    incident.resolvedAt = null;
    incident.alerts++;
    incident.firing.add(alert.id());
    byAlert.put(alert.id(), incident);
    if (alert.severity().compareTo(incident.severity) < 0) {
      incident.severity = alert.severity();
    }
  }

  /** An alert's values may be others by now: it stays with the incident that it fired in. */
  private void isOver(Alert alert) {
    Working incident = byAlert.remove(alert.id());
    if (incident != null && incident.firing.remove(alert.id()) && incident.firing.isEmpty()) {
      incident.resolvedAt = alert.detectedAt();
    }
  }

  /** How many would have been opened. */
  public long opened() {
    return opened;
  }

  /** The first of them, in the order in which they would have been opened. */
  public List<Foreseen> listed() {
    return listed.stream().map(Working::foreseen).toList();
  }
}
