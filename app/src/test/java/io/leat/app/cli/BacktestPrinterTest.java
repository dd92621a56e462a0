package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.TestingTerminal;
import org.junit.jupiter.api.Test;

class BacktestPrinterTest {
  private final TestingTerminal terminal = TestingTerminal.pipe();

  private static ObjectNode result(int incidents) throws JsonProcessingException {
    ObjectNode result =
        (ObjectNode)
            LeatClient.JSON.readTree(
                """
                {"detector": "devices.offline", "from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z",
                 "rows": 1300, "events": 1200, "unclean": 0, "duplicates": 100, "unordered": 0, "late": 3,
                 "keys": 17, "alerts": 5, "opened_per_day": 3.0, "absent_seconds": 90,
                 "really": {"opened": 1, "alerts": 2}}
                """);
    result.put("opened", incidents);
    ArrayNode all = result.putArray("incidents");
    for (int i = 0; i < incidents; i++) {
      all.addObject()
          .put("group", "key=d-" + i)
          .put("severity", "major")
          .put("summary", "d-" + i + " is offline")
          .put("opened_at", "2026-03-01T10:00:00Z")
          .put("resolved_at", i == 0 ? "2026-03-01T11:00:00Z" : null)
          .put("alerts", 2)
          .put("reopened", 1);
    }
    return result;
  }

  @Test
  void incidentsAreListedAndHeldAgainstWhatWas() throws Exception {
    new BacktestPrinter(terminal.terminal()).print(result(3), 2);

    assertThat(terminal.out())
        .containsPattern(
            "2026-03-01T10:00:00Z +2026-03-01T11:00:00Z +2 +1 +major +key=d-0 +d-0 is offline\n")
        .containsPattern(
            "2026-03-01T10:00:00Z +open at the end +2 +1 +major +key=d-1 +d-1 is offline\n")
        .doesNotContain("d-2")
        .contains("\nand 1 more\n")
        .containsPattern("incidents opened +3 +1\n")
        .containsPattern("per day +3.0 *\n")
        .containsPattern("alerts +5 +2\n");
    assertThat(terminal.err())
        .isEqualTo(
            """
            devices.offline over what was received from 2026-03-01T00:00:00Z to 2026-03-02T00:00:00Z
            100 events left out: their ids were there before
            3 events late
            Leat counts as away for 1 min 30 s: nothing of the blueprint was received. --absence says from when on
            """);
  }

  @Test
  void withoutIncidentsThatIsSaid() throws Exception {
    ObjectNode result = result(0).put("duplicates", 0).put("late", 0).put("absent_seconds", 0);

    new BacktestPrinter(terminal.terminal()).print(result.putNull("really"), 50);

    assertThat(terminal.out())
        .startsWith("No incident would have been opened.\n")
        .containsPattern("incidents opened +0 *\n");
    assertThat(terminal.err().lines()).hasSize(1);
  }
}
