package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.TestingTerminal;
import org.junit.jupiter.api.Test;

class AlertPrinterTest {
  private final TestingTerminal terminal = TestingTerminal.pipe();

  private static ObjectNode alert() throws JsonProcessingException {
    return (ObjectNode)
        LeatClient.JSON.readTree(
            """
            {"id": "a1", "state": "firing", "absent": false, "silence": null,
             "fired": {"summary": "d-1 is at 91 degrees", "blueprint": "devices", "detector": "overheating",
                       "kind": "threshold", "stream": "telemetry", "key": "d-1",
                       "started_at": "2026-03-01T10:00:00Z", "at": "2026-03-01T10:00:01Z",
                       "detected_at": "2026-03-01T10:00:01.040Z", "runbook": null,
                       "values": {"temperature_c": 91.5, "count": 3}},
             "resolved": null, "delays": {"to_detected_ms": 40, "to_recorded_ms": 12},
             "incident": {"id": "i1", "state": "open", "group": "key=d-1"},
             "deliveries": [],
             "evidence": [
               {"position": "devices.telemetry/0@7", "shows": ["firing"], "found": "log", "problem": null,
                "event_id": "e-7", "event_time": "2026-03-01T10:00:00Z", "received_at": "2026-03-01T10:00:00.5Z",
                "client": "kiosk", "key": "d-1", "payload_bytes": 27, "payload_encoding": "utf-8",
                "payload": "{\\"temperature_c\\":91.50}"},
               {"position": "devices.telemetry/0@3", "shows": ["firing", "resolved"], "found": null,
                "problem": "neither the log nor raw has it any more"}],
             "rule": {"blueprint_version": "0f", "detector_version": "d1", "applied_at": "2026-02-01T00:00:00Z",
                      "text": "overheating:\\n  threshold: {count: 3}", "today_version": "0f",
                      "today": "overheating:\\n  threshold: {count: 3}", "changed": false}}
            """);
  }

  @Test
  void anAlertIsToldWithItsEventsAsTheyWereAndItsRule() throws Exception {
    new AlertPrinter(terminal.terminal()).print(alert());

    assertThat(terminal.out())
        .contains("d-1 is at 91 degrees", "40 ms until it was said, 12 ms until it was taken in")
        .contains("temperature_c=91.5, count=3", "i1 (open): key=d-1")
        .endsWith(
            """

            devices.telemetry/0@7 (firing), from log
            id e-7, key d-1, from kiosk, received 2026-03-01T10:00:00.5Z, of 2026-03-01T10:00:00Z
              {
                "temperature_c" : 91.50
              }

            devices.telemetry/0@3 (firing, resolved)
            neither the log nor raw has it any more

            The rule as it was, blueprint version 0f, applied 2026-02-01T00:00:00Z
              overheating:
                threshold: {count: 3}
            """);
    assertThat(terminal.err()).isEqualTo("It is the same today.\n");
  }

  @Test
  void aRuleThatIsAnotherTodayIsToldAsItWasAndAsItIs() throws Exception {
    ObjectNode alert = alert();
    alert
        .withObject("/rule")
        .put("changed", true)
        .put("today_version", "ff")
        .put("today", "overheating:\n  threshold: {count: 5}");

    new AlertPrinter(terminal.terminal()).print(alert);

    assertThat(terminal.out())
        .endsWith(
            """
              overheating:
                threshold: {count: 3}

            The rule as it is today, blueprint version ff
              overheating:
                threshold: {count: 5}
            """);
    assertThat(terminal.err()).isEmpty();
  }

  @Test
  void aVersionThatWasNotKeptIsSaid() throws Exception {
    ObjectNode alert = alert();
    alert.withObject("/rule").putNull("text").putNull("today");

    new AlertPrinter(terminal.terminal()).print(alert);

    assertThat(terminal.out())
        .endsWith(
            "\nThe rule as it was is not known: blueprint version 0f was not kept here, or has no such"
                + " detector.\n");
    assertThat(terminal.err()).isEqualTo("Today there is no such detector.\n");
  }
}
