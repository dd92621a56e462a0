package io.leat.action.target;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A change of an incident for programs: what webhooks and topics carry. */
final class IncidentJson {
  private IncidentJson() {}

  static ObjectNode tree(TargetRequest request) {
    TargetIncident incident = request.incident();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("change", IncidentText.lower(request.change()));
    json.put("version", request.version());
    json.put("at", request.at().toString());
    json.put("by", request.by());
    json.put("detail", request.detail());
    ObjectNode in = json.putObject("incident");
    in.put("id", incident.id());
    in.put("blueprint", incident.blueprint());
    in.put("group_key", incident.groupKey());
    in.put("state", IncidentText.lower(incident.state()));
    in.put("severity", IncidentText.lower(incident.severity()));
    in.put("summary", incident.summary());
    in.put("opened_at", incident.openedAt().toString());
    in.put("changed_at", incident.changedAt().toString());
    in.put("acknowledged_by", incident.acknowledgedBy());
    in.put("resolved_at", text(incident.resolvedAt()));
    in.put("firing", incident.firing());
    in.put("total", incident.total());
    ArrayNode alerts = in.putArray("alerts");
    for (Alert alert : incident.alerts()) {
      alerts.add(AlertJson.tree(alert));
    }
    in.put("runbook", incident.runbook());
    in.put("link", incident.link() == null ? null : incident.link().toString());
    return json;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
