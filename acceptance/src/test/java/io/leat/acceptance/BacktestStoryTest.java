package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a rule would have done is known before it is applied. */
@Order(76)
@ExtendWith(SharedPlatform.class)
class BacktestStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final SharedPlatform.Running leat;
  private final TestingClient client;
  private final Path draft;

  BacktestStoryTest(SharedPlatform.Running leat, @TempDir Path directory) throws Exception {
    this.leat = leat;
    this.client = leat.admin();
    this.draft = Repository.copyOfBlueprint("devices", directory);
  }

  @Test
  void aDraftAndWhatIsAppliedAreTriedOnTheSameHistory() throws Exception {
    Instant begin = Instant.now();
    for (int i = 0; i < 3; i++) {
      reading("tried-hot", i, 95);
    }
    reading("tried-warm", 0, 86);
    reading("tried-warm", 1, 87);
    Until.holds(
        SOON,
        () ->
            client.number(
                    "SELECT count(*) FROM devices_raw.telemetry WHERE entity_key LIKE 'tried-%'")
                == 5,
        "the readings are in raw");

    LeatProcess.Result applied =
        command("detector", "backtest", "devices.overheating", "--from", begin.toString());
    assertThat(applied.exitCode()).as(applied::toString).isZero();
    assertThat(applied.out())
        .containsPattern("open at the end +1 +0 +critical +.*key=tried-hot +tried-hot is at 95")
        .doesNotContain("tried-warm")
        .containsPattern("incidents opened +1 +\\d+")
        .containsPattern("events judged +5\n")
        .containsPattern("entities +2\n");
    assertThat(applied.err()).startsWith("devices.overheating over what was received from ");

    Path yaml = draft.resolve("blueprint.yaml");
    String before = Files.readString(yaml);
    Files.writeString(yaml, before.replace("count: 3, within: 60s", "count: 2, within: 60s"));
    JsonNode tried =
        TestingClient.JSON.readTree(
            command(
                    "detector",
                    "backtest",
                    "devices.overheating",
                    "--from",
                    begin.toString(),
                    "--blueprint",
                    draft.toString(),
                    "--json")
                .out());
    assertThat(tried.path("incidents").findValuesAsText("group"))
        .hasSize(2)
        .anyMatch(group -> group.contains("tried-hot"))
        .anyMatch(group -> group.contains("tried-warm"));
    assertThat(tried.path("really").path("opened").isNumber()).isTrue();
    assertThat(client.get("/v1/incidents?key=tried-warm").json().path("incidents")).isEmpty();

    Files.writeString(
        yaml, before.replace("temperature_c > 85\", count: 3", "temp > 85\", count: 0"));
    LeatProcess.Result wrong =
        command(
            "detector",
            "backtest",
            "devices.overheating",
            "--from",
            "1h",
            "--blueprint",
            draft.toString());
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("blueprint.yaml:", "detectors.overheating", "'temp'", "count")
        .contains("(invalid-configuration)");
  }

  @Test
  void whatCannotBeTriedIsToldWithTheWayOut() throws Exception {
    assertThat(command("detector", "backtest", "devices.overheatin", "--from", "1h").err())
        .isEqualTo(
            "leat: The blueprint has no detector 'overheatin'. Did you mean 'overheating'?"
                + " (not-found).\n");
    assertThat(command("detector", "backtest", "device.offline", "--from", "1h").err())
        .contains("There is no blueprint of a detector 'device.offline'", "(not-found)");
    LeatProcess.Result early =
        command(
            "detector",
            "backtest",
            "devices.offline",
            "--from",
            "2020-01-01T00:00:00Z",
            "--to",
            "2020-01-02T00:00:00Z");
    assertThat(early.exitCode()).isEqualTo(1);
    assertThat(early.err())
        .startsWith(
            "leat: Nothing that the detector 'offline' reads was received from"
                + " 2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z: raw has ")
        .endsWith("(bad-request).\n");
    assertThat(
            command("detector", "backtest", "devices.offline", "--from", "1h", "--to", "2h").err())
        .contains("'from' is ", ", which is not before ");
    TestingClient some = client.as(client.newKey("tries", "\"read\"", "\"devices.fault\""));
    String body = "{\"from\":\"%s\"}".formatted(Instant.now().minusSeconds(60));
    assertThat(some.post("/v1/detectors/devices.overheating/backtest", body).status())
        .isEqualTo(403);
    assertThat(some.post("/v1/detectors/devices.fault_storm/backtest", body).text())
        .doesNotContain("\"forbidden\"");
  }

  private void reading(String device, int number, double temperature) throws Exception {
    TestingClient.Answer answer =
        client.send(
            "devices.telemetry",
            "{\"event_id\":\"%s-%d\",\"device_id\":\"%s\",\"ts\":\"%s\",\"temperature_c\":%s}"
                .formatted(device, number, device, Instant.now(), temperature));
    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
  }

  private LeatProcess.Result command(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--url", client.base().toString(), "--key", client.key()));
    return LeatProcess.run(leat.directory(), "", all.toArray(String[]::new));
  }
}
