package io.leat.action.target;

import io.leat.action.target.TargetIncident.State;
import io.leat.action.target.TargetRequest.Change;
import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** An incident of machine m7, as it goes on. */
final class TestingIncidents {
  static final String ID = "0123456789abcdef0123456789abcdef";
  static final Instant OPENED = Instant.parse("2026-03-01T10:00:00Z");

  private TestingIncidents() {}

  static TargetRequest opened() {
    return request(1, Change.OPENED, State.OPEN, Severity.MAJOR, "m7 is offline");
  }

  /** Worse, and with characters that mean something to somebody. */
  static TargetRequest updated() {
    return request(
        2,
        Change.UPDATED,
        State.OPEN,
        Severity.CRITICAL,
        "m7 & <others> are \"offline\" – für 5 min");
  }

  static TargetRequest acknowledged() {
    return by("ann", request(3, Change.ACKNOWLEDGED, State.ACKNOWLEDGED, Severity.MAJOR, "m7"));
  }

  /** By who looked after it. */
  static TargetRequest givenBack() {
    return by("ann", request(4, Change.UPDATED, State.OPEN, Severity.MAJOR, "m7 is offline"));
  }

  static TargetRequest resolved() {
    return request(4, Change.RESOLVED, State.RESOLVED, Severity.CRITICAL, "m7 is offline");
  }

  static TargetRequest reopened() {
    return request(5, Change.REOPENED, State.OPEN, Severity.MAJOR, "m7 is offline again");
  }

  static TargetRequest request(
      long version, Change change, State state, Severity severity, String summary) {
    Instant at = OPENED.plusSeconds(60 * (version - 1));
    boolean over = state == State.RESOLVED || state == State.CLOSED;
    return new TargetRequest(
        ID + "-" + version,
        version,
        change,
        at,
        "leat",
        "",
        new TargetIncident(
            ID,
            "devices",
            "detector=offline, key=m7",
            state,
            severity,
            summary,
            OPENED,
            at,
            state == State.ACKNOWLEDGED ? "ann" : null,
            over ? at : null,
            over ? 0 : 1,
            1,
            List.of(alert(severity, summary)),
            "https://runbooks.example/offline",
            URI.create("https://leat.example/incidents/" + ID)),
        1,
        false);
  }

  static TargetRequest by(String who, TargetRequest request) {
    return new TargetRequest(
        request.id(),
        request.version(),
        request.change(),
        request.at(),
        who,
        request.detail(),
        request.incident(),
        request.attempt(),
        request.unsettled());
  }

  /** The same of another incident. */
  static TargetRequest of(String id, TargetRequest request) {
    TargetIncident incident = request.incident();
    return new TargetRequest(
        id + "-" + request.version(),
        request.version(),
        request.change(),
        request.at(),
        request.by(),
        request.detail(),
        new TargetIncident(
            id,
            incident.blueprint(),
            incident.groupKey(),
            incident.state(),
            incident.severity(),
            incident.summary(),
            incident.openedAt(),
            incident.changedAt(),
            incident.acknowledgedBy(),
            incident.resolvedAt(),
            incident.firing(),
            incident.total(),
            incident.alerts(),
            incident.runbook(),
            incident.link()),
        request.attempt(),
        request.unsettled());
  }

  /** The next attempt of a request that may have come through. */
  static TargetRequest again(TargetRequest request) {
    return new TargetRequest(
        request.id(),
        request.version(),
        request.change(),
        request.at(),
        request.by(),
        request.detail(),
        request.incident(),
        request.attempt() + 1,
        true);
  }

  private static Alert alert(Severity severity, String summary) {
    return new Alert(
        "a".repeat(32),
        Alert.State.FIRING,
        "devices",
        "1",
        "offline",
        "1",
        "silence",
        "heartbeat",
        "m7",
        severity,
        summary,
        OPENED,
        OPENED,
        Map.of("seconds", 95),
        Map.of("team", "field"),
        List.of(new LogPosition(1, "devices.heartbeat", 0, 42)),
        null,
        1,
        OPENED.plusSeconds(1));
  }
}
