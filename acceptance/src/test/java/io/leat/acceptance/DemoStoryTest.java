package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's own numbers are its truth's: events, incidents and tickets. */
@Order(79)
class DemoStoryTest {
  @Test
  void eachEventIsAccountedForAndEachCauseIsOneIncidentAndOneTicket(@TempDir Path directory)
      throws Exception {
    LeatProcess.Result result;
    try (LeatProcess demo =
        LeatProcess.start(
            directory,
            "demo",
            "devices",
            "--for",
            "5s",
            "--rate",
            "1000",
            "--data",
            directory.resolve("data").toString(),
            "--json")) {
      result = demo.await(Duration.ofMinutes(5));
    }
    assertThat(result.exitCode()).as(result::toString).isEqualTo(0);
    JsonNode summary = TestingClient.JSON.readTree(result.out());
    assertThat(summary.path("ok").asBoolean()).isTrue();
    JsonNode incidents = summary.path("incidents");
    assertThat(incidents).isEqualTo(summary.at("/expected/incidents"));
    assertThat(incidents.at("/opened/offline").asInt()).isGreaterThan(1);
    assertThat(incidents.at("/opened/overheating").asInt()).isPositive();
    assertThat(incidents.at("/tickets/new").asInt()).isPositive();
    assertThat(incidents.at("/tickets/resolved").asInt()).isPositive();
  }
}
