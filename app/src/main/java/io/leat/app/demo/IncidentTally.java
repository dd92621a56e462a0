package io.leat.app.demo;

import io.leat.app.demo.Observed.Incident;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Incidents and tickets counted, beside their truth.
 *
 * @param expectedOpened by detector
 * @param expectedResolved by detector
 * @param expectedTickets by state
 * @param opened by detector, of the machines in trouble
 * @param resolved by detector, of the machines in trouble
 * @param tickets by state, of these incidents
 * @param unexpected incidents for which there was no cause
 * @param twice tickets beyond the first of an incident, and those of none
 * @param others what else was opened, by detector
 */
record IncidentTally(
    Map<String, Long> expectedOpened,
    Map<String, Long> expectedResolved,
    Map<String, Long> expectedTickets,
    Map<String, Long> opened,
    Map<String, Long> resolved,
    Map<String, Long> tickets,
    long unexpected,
    long twice,
    Map<String, Long> others) {

  /** The fleet's other machines send heartbeats all along, with the same firmware. */
  private static final Set<String> NEVER = Set.of("offline", "new_firmware");

  private static final Map<String, String> STATES =
      Map.of(Observed.TICKET_NEW, "new", Observed.TICKET_RESOLVED, "resolved");

  static IncidentTally of(Troubles troubles, List<Incident> incidents, Observed observed) {
    Map<String, String> causes = new TreeMap<>();
    for (TroubledMachine machine : troubles.machines()) {
      String detector = machine.trouble.detector();
      if (detector != null) {
        causes.put(machine.id, detector);
      }
    }
    Map<String, Long> opened = new TreeMap<>();
    Map<String, Long> resolved = new TreeMap<>();
    Map<String, Long> tickets = new TreeMap<>();
    Map<String, Long> others = new TreeMap<>();
    Set<String> told = new TreeSet<>();
    long unexpected = 0;
    long twice = 0;
    for (Incident incident : incidents) {
      List<String> states = observed.ticketsOf(incident);
      twice += Math.max(0, states.size() - 1);
      told.add(incident.correlation());
      if (incident.detector().equals(causes.get(incident.key()))) {
        causes.remove(incident.key());
        opened.merge(incident.detector(), 1L, Long::sum);
        resolved.merge(incident.detector(), incident.isOpen() ? 0L : 1L, Long::sum);
        states.forEach(s -> tickets.merge(STATES.getOrDefault(s, "state " + s), 1L, Long::sum));
      } else if (incident.key().startsWith(troubles.prefix())
          || (NEVER.contains(incident.detector()) && !incident.key().isEmpty())) {
        unexpected++;
      } else {
        others.merge(incident.detector(), 1L, Long::sum);
      }
    }
    for (Map.Entry<String, List<String>> of : observed.tickets().entrySet()) {
      twice += told.contains(of.getKey()) ? 0 : of.getValue().size();
    }
    return new IncidentTally(
        troubles.opened(),
        troubles.resolved(),
        troubles.tickets(),
        opened,
        resolved,
        tickets,
        unexpected,
        twice,
        others);
  }

  List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    add(checks, "incidents opened", expectedOpened, opened);
    add(checks, "incidents resolved", expectedResolved, resolved);
    checks.add(new Check("incidents without a cause", 0, 0, unexpected));
    add(checks, "tickets", expectedTickets, tickets);
    checks.add(new Check("tickets made twice", 0, 0, twice));
    return checks;
  }

  private static void add(
      List<Check> checks, String name, Map<String, Long> expected, Map<String, Long> found) {
    checks.add(new Check(name, Tallies.sum(expected), 0, Tallies.sum(found)));
    Set<String> parts = new TreeSet<>(expected.keySet());
    parts.addAll(found.keySet());
    for (String part : parts) {
      checks.add(
          new Check("  " + part, expected.getOrDefault(part, 0L), 0, found.getOrDefault(part, 0L)));
    }
  }
}
