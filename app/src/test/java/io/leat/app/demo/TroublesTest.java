package io.leat.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.demo.Observed.Incident;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TroublesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Troubles troubles = new Troubles(42, "mf3k2a1x", true);
  private final Map<String, JsonNode> rows = new HashMap<>();
  private final List<Incident> incidents = new ArrayList<>();
  private final Map<String, List<String>> tickets = new HashMap<>();

  private Observed observed() {
    return new Observed(rows, incidents, tickets);
  }

  private void know(TroubledMachine machine) {
    ObjectNode row = LeatClient.JSON.createObjectNode();
    rows.put(machine.id, row.put("firmware", "1").put("temperature_c", 40).put("code", "X"));
  }

  private Incident incident(String detector, String key, boolean isOpen) {
    Incident incident = new Incident("i-" + detector + "-" + key, detector, key, isOpen, NOW);
    incidents.removeIf(one -> one.id().equals(incident.id()));
    incidents.add(incident);
    return incident;
  }

  private TroubledMachine any(Trouble trouble) {
    return troubles.machines().stream()
        .filter(one -> one.trouble == trouble)
        .findFirst()
        .orElseThrow();
  }

  private List<Double> temperatures(List<DemoRecord> records) throws IOException {
    List<Double> temperatures = new ArrayList<>();
    for (DemoRecord record : records) {
      temperatures.add(LeatClient.JSON.readTree(record.line()).path("temperature_c").asDouble());
    }
    return temperatures;
  }

  @Test
  void theSeedDecidesWhatHappens() {
    assertThat(new Troubles(42, "r", true).opened()).isEqualTo(troubles.opened());
    assertThat(new Troubles(42, "r", true).tickets()).isEqualTo(troubles.tickets());
    assertThat(List.of(1, 2, 3, 4, 5).stream().map(s -> new Troubles(s, "r", true).opened()))
        .doesNotHaveDuplicates();
    assertThat(troubles.opened())
        .containsOnlyKeys("fault_storm", "new_firmware", "not_recovered", "offline", "overheating");
    assertThat(new Troubles(42, "r", false).opened()).doesNotContainKey("offline");
  }

  @Test
  void aMachineGoesOnOnlyWhenItIsSeen() throws IOException {
    TroubledMachine machine = any(Trouble.OVERHEATING);
    assertThat(temperatures(machine.next(observed(), NOW))).containsExactly(42.0);
    assertThat(temperatures(machine.next(observed(), NOW))).containsExactly(42.0);
    know(machine);
    assertThat(temperatures(machine.next(observed(), NOW)))
        .as("as often as the detector wants")
        .hasSize(3)
        .allMatch(t -> t > 85);
    assertThat(machine.next(observed(), NOW)).isEmpty();
    Incident incident = incident("overheating", machine.id, true);
    assertThat(machine.next(observed(), NOW)).as("no ticket yet").isEmpty();
    tickets.put(incident.correlation(), List.of("1"));
    assertThat(temperatures(machine.next(observed(), NOW))).containsExactly(42.0);
    incident("overheating", machine.id, false);
    machine.next(observed(), NOW);
    assertThat(machine.isDone()).as("the ticket is not resolved").isFalse();
    tickets.put(incident.correlation(), List.of("6"));
    machine.next(observed(), NOW);
    assertThat(machine.isDone()).isTrue();
  }

  @Test
  void aMachineThatIsOfflineSendsNoHeartbeatUntilItIsSeen() {
    TroubledMachine machine = any(Trouble.OFFLINE);
    assertThat(machine.firmware()).isNotNull();
    know(machine);
    machine.next(observed(), NOW);
    assertThat(machine.firmware()).isNull();
    tickets.put(incident("offline", machine.id, true).correlation(), List.of("1"));
    machine.next(observed(), NOW);
    assertThat(machine.firmware()).isNotNull();
  }

  @Test
  void aMachineThatDidNotRecoverWasHotLongAgoAndNeverCool() throws IOException {
    TroubledMachine machine = any(Trouble.NOT_RECOVERED);
    know(machine);
    List<DemoRecord> kept = machine.next(observed(), NOW);
    assertThat(temperatures(kept)).allMatch(t -> t > 75);
    assertThat(temperatures(kept).stream().filter(t -> t > 85)).hasSize(1);
    Instant first = Instant.parse(LeatClient.JSON.readTree(kept.get(0).line()).path("ts").asText());
    assertThat(first).isBefore(NOW.minusSeconds(11 * 60));
  }

  private IncidentTally tally() {
    return IncidentTally.of(troubles, incidents, observed());
  }

  private void allAsItMust() {
    for (TroubledMachine machine : troubles.machines()) {
      String detector = machine.trouble.detector();
      if (detector != null) {
        Incident incident = incident(detector, machine.id, !machine.trouble.ends());
        if (machine.trouble.isTicket()) {
          tickets.put(incident.correlation(), List.of(incident.isOpen() ? "1" : "6"));
        }
      }
    }
  }

  @Test
  void whatMustHaveComeIsRight() {
    allAsItMust();
    incident("overheating", "kiosk-0001", true);
    assertThat(tally().checks()).allMatch(Check::isOk).hasSizeGreaterThan(12);
    assertThat(tally().others()).containsOnly(Map.entry("overheating", 1L));
  }

  @Test
  void whatIsMissingTooMuchOrTwiceIsWrong() {
    allAsItMust();
    Incident removed = incidents.remove(0);
    assertThat(tally().checks()).anyMatch(one -> !one.isOk());
    incidents.add(removed);
    assertThat(tally().checks()).allMatch(Check::isOk);

    incident("overheating", any(Trouble.NEARLY_OVERHEATING).id, false);
    assertThat(tally().unexpected()).isEqualTo(1);
    incident("offline", "kiosk-0001", false);
    assertThat(tally().unexpected()).as("a false offline").isEqualTo(2);

    tickets.put("leat-unknown", List.of("1"));
    assertThat(tally().twice()).isEqualTo(1);
    tickets.put(any(Trouble.LOST).id, List.of());
    Incident lost = incident("offline", any(Trouble.LOST).id, true);
    tickets.put(lost.correlation(), List.of("1", "6"));
    assertThat(tally().twice()).isEqualTo(2);
  }
}
