package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlackTargetTest extends HttpTargetContractTest {
  @Override
  String kind() {
    return "slack";
  }

  @Override
  int okay() {
    return 200;
  }

  @Override
  void secrets(String url) {
    places.secrets.put("slack", url);
  }

  @Override
  Map<String, String> options() {
    return inside(Map.of("url", "${secret:slack}"));
  }

  @Override
  int things() {
    return bodies().size();
  }

  @Override
  String over() {
    return "\"resolved: ";
  }

  @Override
  String remedy(Fault fault) {
    return "make a new one and put its URL into the secret";
  }

  /** A webhook of Slack cannot be asked what it has shown. */
  @Override
  int thingsAfterALostAnswer() {
    return 2;
  }

  @Test
  void aMessageCallsNobodyAndHasALineForEverything() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.updated());
    }

    JsonNode message = bodies().get(0);
    assertThat(message.path("text").asText())
        .isEqualTo("critical: m7 &amp; &lt;others&gt; are \"offline\" – für 5 min");
    assertThat(message.at("/blocks/0/text/text").asText())
        .isEqualTo("critical: m7 & <others> are \"offline\" – für 5 min");
    assertThat(message.at("/blocks/1/text/text").asText())
        .isEqualTo(
            """
            State: open
            Severity: critical
            Opened: 2026-03-01T10:00:00Z
            Alerts: 1 firing, 1 in all
            Group: detector=offline, key=m7
            - m7 &amp; &lt;others&gt; are "offline" – für 5 min (since 2026-03-01T10:00:00Z)
            Runbook: https://runbooks.example/offline
            In Leat: https://leat.example/incidents/0123456789abcdef0123456789abcdef
            _updated by leat_""");
  }
}
