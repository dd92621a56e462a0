package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PagerDutyTargetTest extends HttpTargetContractTest {
  @Override
  String kind() {
    return "pagerduty";
  }

  @Override
  int okay() {
    return 202;
  }

  @Override
  void secrets(String url) {
    places.secrets.put("pagerduty", "hunter2".repeat(4) + "0000");
    places.secrets.put("url", url);
  }

  @Override
  Map<String, String> options() {
    return inside(Map.of("routing-key", "${secret:pagerduty}", "url", "${secret:url}"));
  }

  @Override
  int things() {
    return (int) bodies().stream().map(body -> body.path("dedup_key").asText()).distinct().count();
  }

  @Override
  String over() {
    return "\"event_action\":\"resolve\"";
  }

  @Override
  String remedy(Fault fault) {
    return "check 'routing-key'";
  }

  @Test
  void eachStateIsAnActionUnderOneKey() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.updated());
      deliver(target, TestingIncidents.acknowledged());
      deliver(target, TestingIncidents.resolved());
    }

    assertThat(bodies())
        .extracting(body -> body.path("event_action").asText())
        .containsExactly("trigger", "acknowledge", "resolve");
    assertThat(bodies())
        .extracting(body -> body.path("dedup_key").asText())
        .containsOnly("leat-" + TestingIncidents.ID);
    JsonNode payload = bodies().get(0).path("payload");
    assertThat(payload.path("severity").asText()).isEqualTo("critical");
    assertThat(payload.path("source").asText()).isEqualTo("m7");
    assertThat(payload.path("summary").asText())
        .isEqualTo("m7 & <others> are \"offline\" – für 5 min");
    assertThat(payload.path("timestamp").asText()).isEqualTo("2026-03-01T10:00:00Z");
  }

  /** As when it was opened and acknowledged, or acknowledged and noted, before it was told. */
  @Test
  void whoeverAcknowledgesIsHeardThoughMoreHappenedAtOnce() throws Exception {
    TargetRequest updated = TestingIncidents.updated();
    TargetRequest acknowledged = TestingIncidents.acknowledged();
    TargetRequest both =
        new TargetRequest(
            updated.id(),
            updated.version(),
            TargetRequest.Change.OPENED,
            updated.at(),
            updated.by(),
            updated.detail(),
            acknowledged.incident(),
            1,
            false);
    try (Target target = target(LONG)) {
      deliver(target, both);
      deliver(target, both);
      deliver(target, updated);
      deliver(target, both);
    }

    assertThat(bodies())
        .extracting(body -> body.path("event_action").asText())
        .containsExactly("trigger", "acknowledge", "trigger", "trigger", "trigger", "acknowledge");
  }
}
