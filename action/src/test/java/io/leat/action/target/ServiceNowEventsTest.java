package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.twin.TwinFault;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceNowEventsTest extends ServiceNowContractTest {
  @Override
  Map<String, String> options() {
    return Map.of(
        "url",
        url() + "/",
        "auth",
        "${secret:servicenow}",
        "api",
        "events",
        "allow-private",
        "true");
  }

  @Override
  String shown() {
    return String.valueOf(twin.alerts());
  }

  @Override
  int things() {
    return twin.alerts().size();
  }

  @Override
  String over() {
    return "state=Closed";
  }

  @Override
  String remedy(Fault fault) {
    return "check 'auth', and that its user has the role evt_mgmt_integration";
  }

  @Test
  void anEventSaysWhatItIsAbout() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.opened());
    }

    assertThat(twin.alerts().get(0))
        .containsEntry("source", "Leat")
        .containsEntry("event_class", "devices")
        .containsEntry("node", "m7")
        .containsEntry("type", "offline")
        .containsEntry("metric_name", "silence")
        .containsEntry("resource", "heartbeat")
        .containsEntry("message_key", "leat-" + TestingIncidents.ID)
        .containsEntry("severity", "2")
        .containsEntry("time_of_event", "2026-03-01 10:00:00")
        .containsEntry("description", "m7 is offline");
  }

  @Test
  void anInstanceThatSleepsIsAskedAgain() throws Exception {
    twin.next(TwinFault.HIBERNATE);
    try (Target target = target(LONG)) {
      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Retry.class);
    }
  }
}
