package io.leat.action.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.outbound.HttpAnswer;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetRequest.Change;
import io.leat.rules.alert.Alert;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/**
 * Alerts of PagerDuty by its Events API v2. The {@code dedup_key} makes everything repeatable: what
 * comes twice changes nothing.
 */
final class PagerDutyTarget extends HttpTarget {
  private static final int ACCEPTED = 202;
  private static final int MOST_SUMMARY = 1_024;
  private static final String REMEDY =
      "check 'routing-key', the key of an Events API v2 integration";

  PagerDutyTarget(SafeHttp http, TargetSettings settings, InstantSource clock) {
    super(http, settings, clock);
  }

  @Override
  public String kind() {
    return "pagerduty";
  }

  @Override
  public boolean coalesces() {
    return true;
  }

  @Override
  TargetOutcome tell(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    TargetIncident incident = request.incident();
    String key = "leat-" + incident.id();
    ObjectNode event =
        switch (incident.state()) {
          case OPEN -> trigger(request, key);
          case ACKNOWLEDGED ->
              // An acknowledgement creates nothing: who never heard of it has to be told.
              request.change() == Change.ACKNOWLEDGED
                  ? event("acknowledge", key)
                  : trigger(request, key);
          case RESOLVED, CLOSED -> event("resolve", key);
        };
    return post(event, key, budget);
  }

  /** Resolves what is not there, which PagerDuty accepts and forgets. */
  @Override
  TargetOutcome probe(HttpBudget budget) throws InterruptedException {
    return post(event("resolve", "leat-test"), "", budget);
  }

  private ObjectNode event(String action, String key) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("routing_key", settings.text("routing-key"))
        .put("event_action", action)
        .put("dedup_key", key);
  }

  private ObjectNode trigger(TargetRequest request, String key) {
    TargetIncident incident = request.incident();
    ObjectNode event = event("trigger", key);
    ObjectNode payload = event.putObject("payload");
    payload.put("summary", IncidentText.bounded(incident.summary(), MOST_SUMMARY));
    payload.put(
        "source", incident.worst().map(Alert::key).filter(k -> !k.isEmpty()).orElse("leat"));
    payload.put(
        "severity",
        switch (incident.severity()) {
          case CRITICAL -> "critical";
          case MAJOR -> "error";
          case MINOR, WARNING -> "warning";
          case INFO -> "info";
        });
    payload.put("timestamp", incident.openedAt().toString());
    payload.put("component", incident.blueprint());
    payload.put("group", incident.groupKey());
    payload.set("custom_details", IncidentJson.tree(request));
    event.put("client", "Leat");
    if (incident.link() != null) {
      event.put("client_url", incident.link().toString());
    }
    if (incident.runbook() != null) {
      event.putArray("links").addObject().put("href", incident.runbook()).put("text", "Runbook");
    }
    return event;
  }

  private TargetOutcome post(ObjectNode event, String key, HttpBudget budget)
      throws InterruptedException {
    HttpAnswer answer =
        ask(
            budget,
            "POST",
            url("url"),
            Map.of("Content-Type", "application/json"),
            event.toString().getBytes(StandardCharsets.UTF_8));
    return answer instanceof HttpAnswer.Response response && response.status() == ACCEPTED
        ? new Delivered(key, "")
        : failed(answer, REMEDY);
  }
}
