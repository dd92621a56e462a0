package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leat is killed while it redrives, and yet each record is redriven once. */
@Order(72)
class RedriveCrashStoryTest {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final int RECORDS = 1_500;

  private final Path directory;

  RedriveCrashStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @Tag("slow")
  void killsInTheMiddleOfARedriveLoseNothingAndDoubleNothing() throws Exception {
    Path data = directory.resolve("data");
    Path blueprint = Repository.copyOfBlueprint("devices", directory.resolve("blueprints"));
    String port = String.valueOf(Ports.free());
    String run;
    try (LeatProcess leat = up(blueprint, data, port)) {
      TestingClient client = leat.awaitReady(data);
      quarantine(client);
      letIn(blueprint, client);
      TestingClient.Answer answer =
          client.post(
              "/v1/quarantine/redrive",
              "{\"stream\":\"devices.telemetry\",\"limit\":10000,\"reason\":\"the rule was wrong\"}");
      assertThat(answer.json().path("planned").asInt()).as(answer::toString).isEqualTo(RECORDS);
      run = answer.json().path("run").asText();
      leat.signal("KILL");
      leat.await(SOON);
    }
    try (LeatProcess leat = up(blueprint, data, port)) {
      TestingClient client = leat.awaitReady(data);
      Until.holds(SOON, () -> count(client, run, "planned") < RECORDS, "it goes on");
      leat.signal("KILL");
      leat.await(SOON);
    }
    try (LeatProcess leat = up(blueprint, data, port)) {
      TestingClient client = leat.awaitReady(data);
      Until.holds(SOON, () -> count(client, run, "processed") == RECORDS, "all are processed");

      assertThat(rows(client)).isEqualTo(List.of(RECORDS, RECORDS));
      assertThat(Books.settled(client))
          .isEqualTo(new Books(2 * RECORDS, 2 * RECORDS, RECORDS, 0, RECORDS));
      Reconciled.whole(client).isClean();
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
  }

  private LeatProcess up(Path blueprint, Path data, String port) throws IOException {
    return LeatProcess.up(directory, blueprint, data, port, "");
  }

  /** Each too hot for the blueprint's rule. */
  private static void quarantine(TestingClient client) throws Exception {
    for (int from = 0; from < RECORDS; from += 500) {
      StringBuilder lines = new StringBuilder();
      for (int i = from; i < from + 500; i++) {
        lines.append(
            "{\"event_id\":\"crash-%d\",\"device_id\":\"d-%d\",\"ts\":\"%s\",\"temperature_c\":155}%n"
                .formatted(i, i % 50, Instant.now()));
      }
      TestingClient.Answer answer =
          client.post(
              "/v1/events/devices.telemetry",
              "application/x-ndjson",
              lines.toString().getBytes(StandardCharsets.UTF_8));
      assertThat(answer.status()).as(answer::toString).isEqualTo(202);
    }
    Until.holds(SOON, () -> Books.settled(client).quarantined() == RECORDS, "all are quarantined");
  }

  private static void letIn(Path blueprint, TestingClient client) throws Exception {
    Path yaml = blueprint.resolve("blueprint.yaml");
    String before = Files.readString(yaml);
    assertThat(before).contains("temperature_c < 150");
    Files.writeString(yaml, before.replace("temperature_c < 150", "temperature_c < 160"));
    TestingClient.Answer applied = client.apply();
    assertThat(applied.status()).as(applied::toString).isEqualTo(200);
  }

  private static long count(TestingClient client, String run, String state) throws Exception {
    JsonNode redrives =
        client.get("/v1/quarantine/redrives?limit=10000&run=" + run).json().path("redrives");
    return redrives.findValuesAsText("state").stream().filter(state::equals).count();
  }

  private static List<Integer> rows(TestingClient client) throws Exception {
    JsonNode row =
        client
            .rows(
                "SELECT count(*), count(DISTINCT _event_id) FROM devices_processed.telemetry"
                    + " WHERE _event_id LIKE 'crash-%'")
            .get(0);
    return List.of(row.path(0).asInt(), row.path(1).asInt());
  }
}
