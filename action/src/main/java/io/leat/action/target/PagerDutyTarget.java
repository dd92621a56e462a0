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
  /** What it remembers of an incident: that it said that somebody acknowledged it. */
  private static final String ACKNOWLEDGED = "acknowledged";

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
    return switch (incident.state()) {
      case OPEN -> forgets(post(trigger(request, key), key, budget), memory);
      case ACKNOWLEDGED -> acknowledge(request, key, memory, budget);
      case RESOLVED, CLOSED -> forgets(post(event("resolve", key), key, budget), memory);
    };
  }

  /**
   * An acknowledgement creates nothing: who may not have heard of the incident, or of its present
   * state, is told before. It is said once: who pages again after a while shall do so.
   */
  private TargetOutcome acknowledge(
      TargetRequest request, String key, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    if (request.change() != Change.ACKNOWLEDGED) {
      TargetOutcome told = post(trigger(request, key), key, budget);
      boolean isSaid = memory.get(ACKNOWLEDGED).filter(said -> !said.isEmpty()).isPresent();
      if (isSaid || !(told instanceof Delivered)) {
        return told;
      }
    }
    TargetOutcome said = post(event("acknowledge", key), key, budget);
    if (said instanceof Delivered) {
      memory.put(ACKNOWLEDGED, "yes");
    }
    return said;
  }

  private static TargetOutcome forgets(TargetOutcome outcome, TargetMemory memory) {
    if (outcome instanceof Delivered && memory.get(ACKNOWLEDGED).isPresent()) {
      memory.put(ACKNOWLEDGED, "");
    }
    return outcome;
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
