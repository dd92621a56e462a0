package io.leat.action.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.incident.AlertMatcher;
import io.leat.action.incident.HistoryEntry;
import io.leat.action.incident.Incident;
import io.leat.action.incident.IncidentDetail;
import io.leat.action.incident.Silence;
import io.leat.http.Asked;
import io.leat.rules.alert.AlertJson;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Incidents and silences as JSON. */
final class IncidentJson {
  private IncidentJson() {}

  static ObjectNode of(Incident incident) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", incident.id());
    json.put("blueprint", incident.blueprint());
    json.put("group", incident.groupKey());
    json.put("state", Asked.lower(incident.state().name()));
    json.put("since", incident.state().since().toString());
    json.put("by", incident.state().actor());
    json.put("severity", Asked.lower(incident.severity()));
    json.put("summary", incident.summary());
    json.put("runbook", incident.runbook());
    json.put("firing", incident.firingAlerts());
    json.put("total", incident.total());
    json.put("version", incident.version());
    json.put("opened_at", incident.openedAt().toString());
    json.put("changed_at", incident.changedAt().toString());
    json.put("silenced", incident.isSilenced());
    put(json, "flapping_since", incident.flappingSince());
    put(json, "due_at", incident.dueAt());
    return json;
  }

  static ObjectNode of(IncidentDetail detail) {
    ObjectNode json = of(detail.incident());
    ArrayNode history = json.putArray("history");
    for (HistoryEntry entry : detail.history()) {
      ObjectNode one = history.addObject();
      one.put("version", entry.version());
      one.put("change", entry.change().text());
      one.put("at", entry.at().toString());
      one.put("recorded_at", entry.recordedAt().toString());
      one.put("by", entry.actor());
      one.put("detail", entry.detail());
      one.put("told", entry.isTold());
      one.put("state", Asked.lower(entry.state()));
      one.put("severity", Asked.lower(entry.severity()));
      one.put("summary", entry.summary());
      one.put("firing", entry.firing());
    }
    ArrayNode alerts = json.putArray("alerts");
    for (IncidentDetail.IncidentAlert alert : detail.alerts()) {
      ObjectNode one = alerts.addObject();
      one.put("firing", alert.isFiring());
      one.put("changed_at", alert.changedAt().toString());
      one.put("absent", alert.isAbsent());
      one.put("silence", alert.silence());
      one.set("alert", AlertJson.tree(alert.alert()));
    }
    return json;
  }

  /**
   * @param now for whether it is active
   */
  static ObjectNode of(Silence silence, Instant now) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", silence.id());
    json.put("blueprint", silence.blueprint());
    ArrayNode matchers = json.putArray("matchers");
    for (AlertMatcher matcher : silence.matchers()) {
      ObjectNode one = matchers.addObject();
      one.put("field", matcher.field());
      one.put("operation", matcher.operation().text());
      ArrayNode values = one.putArray("values");
      matcher.values().forEach(values::add);
    }
    json.put("author", silence.author());
    json.put("reason", silence.reason());
    json.put("starts_at", silence.startsAt().toString());
    json.put("ends_at", silence.endsAt().toString());
    json.put("created_at", silence.createdAt().toString());
    json.put("active", silence.isActive(now));
    put(json, "cancelled_at", silence.cancelledAt());
    json.put("cancelled_by", silence.cancelledBy());
    return json;
  }

  static void put(ObjectNode json, String name, @Nullable Instant time) {
    json.put(name, time == null ? null : time.toString());
  }
}
