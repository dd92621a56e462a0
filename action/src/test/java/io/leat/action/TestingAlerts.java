package io.leat.action;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Alert.State;
import io.leat.rules.alert.AlertId;
import io.leat.rules.alert.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An alert of the blueprint {@code devices} to be made, with what a test does not say filled in.
 */
public record TestingAlerts(
    String detector,
    String key,
    long start,
    Severity severity,
    String summary,
    Map<String, String> labels,
    long generation) {

  /**
   * The episode of a key that began at this offset.
   *
   * @param start makes the id, with detector and key
   */
  public static TestingAlerts alert(String detector, String key, long start) {
    return new TestingAlerts(
        detector, key, start, Severity.MAJOR, key + " is " + detector, Map.of(), 1);
  }

  public TestingAlerts severity(Severity other) {
    return new TestingAlerts(detector, key, start, other, summary, labels, generation);
  }

  public TestingAlerts summary(String other) {
    return new TestingAlerts(detector, key, start, severity, other, labels, generation);
  }

  public TestingAlerts label(String name, String value) {
    return new TestingAlerts(
        detector, key, start, severity, summary, Map.of(name, value), generation);
  }

  public TestingAlerts generation(long other) {
    return new TestingAlerts(detector, key, start, severity, summary, labels, other);
  }

  public String id() {
    return AlertId.of("devices", detector, key, position());
  }

  private LogPosition position() {
    return new LogPosition(1, "devices.heartbeat", 0, start);
  }

  public Alert firing(Instant at) {
    return said(State.FIRING, at);
  }

  public Alert resolved(Instant at) {
    return said(State.RESOLVED, at);
  }

  private Alert said(State state, Instant at) {
    return new Alert(
        id(),
        state,
        "devices",
        "b1",
        detector,
        "d1",
        "silence",
        "heartbeat",
        key,
        severity,
        state == State.FIRING ? summary : key + " is well",
        at,
        at,
        Map.of("seen", 3),
        labels,
        List.of(position()),
        "https://runbooks.example/" + detector,
        generation,
        at);
  }
}
