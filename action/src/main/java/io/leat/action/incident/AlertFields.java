package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import java.util.Locale;
import java.util.Set;

/** The fields of an alert that grouping and silences may name. */
final class AlertFields {
  private static final Set<String> PLAIN = Set.of("key", "detector", "stream", "kind", "severity");
  private static final String LABELS = "labels.";
  private static final String VALUES = "values.";

  private AlertFields() {}

  /** Whether there is such a field: {@code key}, {@code labels.team}. */
  static boolean isKnown(String field) {
    return PLAIN.contains(field)
        || (field.startsWith(LABELS) && field.length() > LABELS.length())
        || (field.startsWith(VALUES) && field.length() > VALUES.length());
  }

  /** A field's value; empty when the alert does not have it. */
  static String text(Alert alert, String field) {
    if (field.startsWith(LABELS)) {
      return alert.labels().getOrDefault(field.substring(LABELS.length()), "");
    }
    if (field.startsWith(VALUES)) {
      Object value = alert.values().get(field.substring(VALUES.length()));
      return value == null ? "" : value.toString();
    }
    return switch (field) {
      case "key" -> alert.key();
      case "detector" -> alert.detector();
      case "stream" -> alert.stream();
      case "kind" -> alert.kind();
      case "severity" -> alert.severity().name().toLowerCase(Locale.ROOT);
      default -> throw new IllegalArgumentException("an alert has no field '" + field + "'");
    };
  }
}
