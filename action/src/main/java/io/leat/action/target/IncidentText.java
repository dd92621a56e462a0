package io.leat.action.target;

import io.leat.rules.alert.Alert;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An incident in words, for people. */
final class IncidentText {
  private IncidentText() {}

  /** {@code critical: m7 is offline}, or {@code resolved: m7 is offline}. One line. */
  static String title(TargetIncident incident) {
    return switch (incident.state()) {
          case OPEN, ACKNOWLEDGED -> lower(incident.severity());
          case RESOLVED, CLOSED -> lower(incident.state());
        }
        + ": "
        + line(incident.summary());
  }

  /** What there is to know, a line each. */
  static List<String> lines(TargetIncident incident) {
    List<String> lines = new ArrayList<>();
    lines.add("State: " + lower(incident.state()));
    lines.add("Severity: " + lower(incident.severity()));
    lines.add("Opened: " + seconds(incident.openedAt()));
    if (incident.acknowledgedBy() != null) {
      lines.add("Acknowledged by: " + line(incident.acknowledgedBy()));
    }
    if (incident.resolvedAt() != null) {
      lines.add("Resolved: " + seconds(incident.resolvedAt()));
    }
    lines.add("Alerts: " + incident.firing() + " firing, " + incident.total() + " in all");
    lines.add("Group: " + line(incident.groupKey()));
    for (Alert alert : incident.alerts()) {
      lines.add("- " + line(alert.summary()) + " (since " + seconds(alert.startedAt()) + ")");
    }
    if (incident.firing() > incident.alerts().size()) {
      lines.add("- and " + (incident.firing() - incident.alerts().size()) + " more");
    }
    if (incident.runbook() != null) {
      lines.add("Runbook: " + line(incident.runbook()));
    }
    lines.add(
        "In Leat: "
            + (incident.link() == null
                ? "leat incident show " + incident.id()
                : incident.link().toString()));
    return lines;
  }

  /** What happened, in one line: {@code acknowledged by ann: on my way}. */
  static String change(TargetRequest request) {
    String what = lower(request.change()) + " by " + line(request.by());
    return request.detail().isBlank() ? what : what + ": " + line(request.detail());
  }

  /** As in YAML and JSON. */
  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** At most {@code most} UTF-16 units, an ellipsis among them, and no half character. */
  static String bounded(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = most - 1;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + "…";
  }

  /** On one line: what comes from events may hold anything. */
  static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
