package io.leat.app.platform;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.incident.AlertDetail;
import io.leat.action.routes.AlertCause;
import io.leat.blueprint.BlueprintLoader;
import io.leat.blueprint.DetectorText;
import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.state.BlueprintVersions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an alert was made of: its events, and its detector's text as it was and as it is today. */
final class AlertExplanation implements AlertCause {
  private final EvidenceReader events;
  private final BlueprintVersions versions;
  private final AppliedFolders applied;

  AlertExplanation(EvidenceReader events, BlueprintVersions versions, AppliedFolders applied) {
    this.events = events;
    this.versions = versions;
    this.applied = applied;
  }

  @Override
  public void explain(AlertDetail alert, ObjectNode json) {
    evidence(alert, json.putArray("evidence"));
    rule(alert.fired(), json.putObject("rule"));
  }

  /** Each event once, with what it is evidence of: that it began, or that it is over. */
  private void evidence(AlertDetail alert, ArrayNode array) {
    Map<LogPosition, List<String>> shows = new LinkedHashMap<>();
    note(alert.fired(), "firing", shows);
    Alert resolved = alert.resolved();
    if (resolved != null) {
      note(resolved, "resolved", shows);
    }
    events
        .read(shows.keySet())
        .forEach(
            (position, event) -> {
              ObjectNode one = array.addObject();
              one.put("position", position.toString());
              ArrayNode states = one.putArray("shows");
              shows.getOrDefault(position, List.of()).forEach(states::add);
              one.setAll(event);
            });
  }

  private static void note(Alert said, String state, Map<LogPosition, List<String>> shows) {
    for (LogPosition position : said.evidence()) {
      List<String> states = shows.computeIfAbsent(position, any -> new ArrayList<>());
      if (!states.contains(state)) {
        states.add(state);
      }
    }
  }

  private void rule(Alert alert, ObjectNode json) {
    Optional<BlueprintVersions.Kept> kept =
        versions.find(alert.blueprint(), alert.blueprintVersion());
    String then =
        kept.map(was -> text(was.files().get(BlueprintLoader.FILE), alert.detector())).orElse(null);
    String today = text(applied.yaml(alert.blueprint()), alert.detector());
    json.put("blueprint_version", alert.blueprintVersion());
    json.put("detector_version", alert.detectorVersion());
    json.put("applied_at", kept.map(was -> was.appliedAt().toString()).orElse(null));
    json.put("text", then);
    json.put("today_version", applied.version(alert.blueprint()));
    json.put("today", today);
    json.put("changed", then != null && !then.equals(today));
  }

  private static @Nullable String text(@Nullable String yaml, String detector) {
    return yaml == null ? null : DetectorText.of(yaml, detector).orElse(null);
  }
}
