package io.leat.action.incident;

import java.util.Locale;

/** What happened to an incident, as its history says it. */
public enum IncidentChange {
  OPENED,
  REOPENED,
  /** An alert fires or is over, its severity or summary changed. */
  UPDATED,
  ACKNOWLEDGED,
  /** Who looked after it no longer does. */
  GIVEN_BACK,
  ESCALATED,
  NOTED,
  /** All its firing alerts are silenced now. */
  SILENCED,
  /** Not all of them are any more. */
  UNSILENCED,
  /** It opens and resolves too often; targets hear nothing more for a while. */
  FLAPPING,
  /** It was quiet for long enough. */
  SETTLED,
  RESOLVED,
  CLOSED;

  /** As PostgreSQL and JSON have it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of its text. */
  public static IncidentChange of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
