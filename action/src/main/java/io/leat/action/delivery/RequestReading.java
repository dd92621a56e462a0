package io.leat.action.delivery;

import io.leat.action.incident.HistoryEntry;
import io.leat.action.incident.Incident;
import io.leat.action.incident.IncidentDetail;
import io.leat.action.incident.IncidentDetail.IncidentAlert;
import io.leat.action.incident.Incidents;
import io.leat.action.target.TargetIncident;
import io.leat.action.target.TargetIncident.State;
import io.leat.action.target.TargetRequest;
import io.leat.action.target.TargetRequest.Change;
import io.leat.rules.alert.Alert;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes what a target is told of what PostgreSQL has of an incident. Thread-safe; blocks. */
final class RequestReading {
  private final Incidents incidents;
  private final Function<String, @Nullable URI> links;

  /**
   * @param links where Leat shows an incident, by its id; null: Leat does not know its address
   */
  RequestReading(Incidents incidents, Function<String, @Nullable URI> links) {
    this.incidents = incidents;
    this.links = links;
  }

  TargetRequest read(Claim claim, boolean coalesces) {
    IncidentDetail detail =
        incidents.since(
            claim.incident(),
            coalesces ? claim.sent() : claim.version() - 1,
            coalesces ? claim.desired() : claim.version(),
            TargetIncident.MOST_ALERTS);
    Incident incident = detail.incident();
    List<HistoryEntry> entries = detail.history();
    if (entries.isEmpty()) {
      throw new IllegalStateException(
          "incident " + claim.incident() + " has no version " + claim.version());
    }
    HistoryEntry last = entries.get(entries.size() - 1);
    HistoryEntry told = coalesces ? mostImportant(entries) : last;
    State state = coalesces ? incident.state().name() : last.state();
    boolean isNow = coalesces || last.version() == incident.version();
    boolean isOver = state == State.RESOLVED || state == State.CLOSED;
    TargetIncident shown =
        new TargetIncident(
            incident.id(),
            incident.blueprint(),
            incident.groupKey(),
            state,
            isNow ? incident.severity() : last.severity(),
            isNow ? incident.summary() : last.summary(),
            incident.openedAt(),
            isNow ? incident.changedAt() : last.at(),
            acknowledgedBy(incident, last, state),
            isOver ? resolvedAt(incident, last) : null,
            isNow ? incident.firingAlerts() : last.firing(),
            isNow ? incident.total() : last.total(),
            alerts(detail.alerts()),
            incident.runbook(),
            links.apply(incident.id()));
    return new TargetRequest(
        claim.incident() + "." + claim.version(),
        claim.version(),
        change(told, state, claim.isKnown()),
        told.at(),
        told.actor(),
        told.detail(),
        shown,
        claim.attempt(),
        claim.unsettled());
  }

  /** The firing ones; when none fires, the last that did. */
  private static List<Alert> alerts(List<IncidentAlert> all) {
    List<Alert> shown = new ArrayList<>();
    for (IncidentAlert one : all) {
      if (one.isFiring() || shown.isEmpty()) {
        shown.add(one.alert());
      }
    }
    return shown;
  }

  private static @Nullable String acknowledgedBy(
      Incident incident, HistoryEntry last, State state) {
    if (state != State.ACKNOWLEDGED) {
      return null;
    }
    return incident.state().name() == State.ACKNOWLEDGED ? incident.state().actor() : last.actor();
  }

  private static Instant resolvedAt(Incident incident, HistoryEntry last) {
    return incident.state().name() == State.RESOLVED ? incident.state().since() : last.at();
  }

  /** Whether it is over, opened again or new matters more than what came behind it. */
  private static HistoryEntry mostImportant(List<HistoryEntry> entries) {
    HistoryEntry most = entries.get(0);
    for (HistoryEntry entry : entries) {
      if (rank(entry) >= rank(most)) {
        most = entry;
      }
    }
    return most;
  }

  private static int rank(HistoryEntry entry) {
    return switch (entry.change()) {
      case CLOSED, RESOLVED, OPENED, REOPENED -> 3; // the last of them is what holds
      case ESCALATED, ACKNOWLEDGED, GIVEN_BACK, NOTED -> 2;
      case FLAPPING, SETTLED, SILENCED, UNSILENCED -> 1;
      case UPDATED -> 0;
    };
  }

  private static Change change(HistoryEntry entry, State state, boolean isKnown) {
    boolean isOpen = state == State.OPEN || state == State.ACKNOWLEDGED;
    return switch (entry.change()) {
      case OPENED -> Change.OPENED;
      case REOPENED -> isKnown ? Change.REOPENED : Change.OPENED;
      case ACKNOWLEDGED -> Change.ACKNOWLEDGED;
      case ESCALATED -> Change.ESCALATED;
      case NOTED -> Change.NOTED;
      case RESOLVED -> Change.RESOLVED;
      case CLOSED -> Change.CLOSED;
      case UPDATED, GIVEN_BACK, SILENCED, UNSILENCED, FLAPPING, SETTLED ->
          isKnown || !isOpen ? Change.UPDATED : Change.OPENED;
    };
  }
}
