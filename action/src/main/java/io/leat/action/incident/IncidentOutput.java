package io.leat.action.incident;

import java.util.ArrayList;
import java.util.List;

/** What a transaction writes of an incident besides itself, each in order. */
record IncidentOutput(
    List<HistoryEntry> entries, List<Outbox.Routing> routings, List<Outbox.Telling> tellings) {
  IncidentOutput() {
    this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }
}
