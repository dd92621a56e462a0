package io.leat.action.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.outbound.HttpAnswer;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Events of ServiceNow's Event Management. Its alerts are made of events by {@code message_key},
 * here {@code leat-} and the incident's id: what comes twice changes nothing. Severity 0 clears.
 */
final class ServiceNowEvents extends HttpTarget {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final int MOST_DESCRIPTION = 4_000;
  private static final String REMEDY =
      "check 'auth', and that its user has the role evt_mgmt_integration";

  ServiceNowEvents(SafeHttp http, TargetSettings settings, InstantSource clock) {
    super(http, settings, clock);
  }

  @Override
  public String kind() {
    return "servicenow";
  }

  @Override
  public boolean coalesces() {
    return true;
  }

  @Override
  TargetOutcome tell(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    TargetIncident incident = request.incident();
    Optional<Alert> worst = incident.worst();
    String key = "leat-" + incident.id();
    boolean over =
        switch (incident.state()) {
          case OPEN, ACKNOWLEDGED -> false;
          case RESOLVED, CLOSED -> true;
        };
    ObjectNode event = event(key);
    event.put("event_class", incident.blueprint());
    event.put("node", worst.map(Alert::key).filter(k -> !k.isEmpty()).orElse(incident.blueprint()));
    event.put("type", worst.map(Alert::detector).orElse("incident"));
    event.put("metric_name", worst.map(Alert::kind).orElse(""));
    event.put("resource", worst.map(Alert::stream).orElse(""));
    event.put("severity", over ? "0" : severity(incident.severity()));
    event.put("resolution_state", over ? "Closing" : "New");
    event.put("time_of_event", TIME.format(LocalDateTime.ofInstant(request.at(), ZoneOffset.UTC)));
    event.put("description", IncidentText.bounded(incident.summary(), MOST_DESCRIPTION));
    event.put("additional_info", IncidentJson.tree(request).toString());
    return post(event, key, budget);
  }

  /** Clears what is not there. */
  @Override
  TargetOutcome probe(HttpBudget budget) throws InterruptedException {
    ObjectNode event = event("leat-test");
    event.put("node", "leat");
    event.put("type", "test");
    event.put("severity", "0");
    event.put("resolution_state", "Closing");
    event.put("description", "Test of Leat");
    return post(event, "", budget);
  }

  private static ObjectNode event(String key) {
    return JsonNodeFactory.instance.objectNode().put("source", "Leat").put("message_key", key);
  }

  private static String severity(Severity severity) {
    return switch (severity) {
      case CRITICAL -> "1";
      case MAJOR -> "2";
      case MINOR -> "3";
      case WARNING -> "4";
      case INFO -> "5";
    };
  }

  private TargetOutcome post(ObjectNode event, String key, HttpBudget budget)
      throws InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("records").add(event);
    HttpAnswer answer =
        ask(
            budget,
            "POST",
            URI.create(ServiceNowAuth.root(url("url")) + "/api/global/em/jsonv2"),
            ServiceNowAuth.headers(settings.text("auth")),
            body.toString().getBytes(StandardCharsets.UTF_8));
    if (answer instanceof HttpAnswer.Response response
        && (response.status() == 200 || response.status() == 201)) {
      return isJson(response.body()) ? new Delivered(key, "") : ServiceNowTable.HIBERNATING;
    }
    return failed(answer, REMEDY);
  }

  private static boolean isJson(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      return json != null && json.isObject() && !json.has("error");
    } catch (IOException e) {
      return false;
    }
  }
}
