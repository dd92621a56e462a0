package io.leat.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known of machines, incidents and tickets at a moment.
 *
 * @param rows the table of newest states, by machine
 * @param incidents of the blueprint
 * @param tickets the states of the tickets of each incident, by correlation id
 */
record Observed(
    Map<String, JsonNode> rows, List<Incident> incidents, Map<String, List<String>> tickets) {
  static final String TICKET_NEW = "1";
  static final String TICKET_RESOLVED = "6";

  private static final Set<String> OPEN = Set.of("open", "acknowledged");
  private static final Pattern GROUP = Pattern.compile("detector=([^,]*), key=\"?([^\"]*)\"?");
  private static final int PAGE = 1_000;

  /**
   * One incident.
   *
   * @param key its entity; empty for all of a stream
   */
  record Incident(String id, String detector, String key, boolean isOpen, Instant openedAt) {
    String correlation() {
      return "leat-" + id;
    }
  }

  /** Nothing is known yet. */
  static Observed nothing() {
    return new Observed(Map.of(), List.of(), Map.of());
  }

  /**
   * Asks Leat and reads the tickets.
   *
   * @param prefix of the machines whose rows are wanted
   * @param tickets field values by name
   */
  static Observed ask(
      LeatClient client, String blueprint, String prefix, List<Map<String, String>> tickets) {
    Map<String, JsonNode> rows = new HashMap<>();
    String table = "/v1/state/" + blueprint + ".device?limit=" + PAGE + "&prefix=" + prefix;
    for (JsonNode row : client.get(table).path("rows")) {
      rows.put(row.path("device_id").asText(), row);
    }
    Map<String, List<String>> states = new HashMap<>();
    for (Map<String, String> ticket : tickets) {
      states
          .computeIfAbsent(ticket.getOrDefault("correlation_id", ""), c -> new ArrayList<>())
          .add(ticket.getOrDefault("state", ""));
    }
    return new Observed(rows, incidents(client, blueprint), states);
  }

  private static List<Incident> incidents(LeatClient client, String blueprint) {
    List<Incident> incidents = new ArrayList<>();
    String path = "/v1/incidents?limit=" + PAGE + "&blueprint=" + blueprint;
    JsonNode page = client.get(path);
    while (true) {
      for (JsonNode one : page.path("incidents")) {
        Matcher group = GROUP.matcher(one.path("group").asText());
        boolean isKnown = group.matches();
        incidents.add(
            new Incident(
                one.path("id").asText(),
                isKnown ? group.group(1) : one.path("group").asText(),
                isKnown ? group.group(2) : "",
                OPEN.contains(one.path("state").asText()),
                Instant.parse(one.path("opened_at").asText())));
      }
      if (page.path("next").isNull() || page.path("next").isMissingNode()) {
        return incidents;
      }
      page = client.get(path + "&after=" + page.path("next").asText());
    }
  }

  /** The incidents of a machine by a detector. */
  List<Incident> incidents(String detector, String key) {
    return incidents.stream()
        .filter(one -> one.detector().equals(detector) && one.key().equals(key))
        .toList();
  }

  /** The states of an incident's tickets: one, when all is well. */
  List<String> ticketsOf(Incident incident) {
    return tickets.getOrDefault(incident.correlation(), List.of());
  }
}
