package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.platform.Platform;
import io.leat.app.settings.Settings;
import io.leat.app.settings.SettingsLoader;
import io.leat.blueprint.BlueprintLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Kafka hangs, and dies, under a platform that goes on. */
@Order(95)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogOutageTest {
  private static final Duration SOON = Duration.ofSeconds(90);

  private final Path directory;
  private TestingBroker broker;
  private Platform platform;
  private TestingClient client;

  LogOutageTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  void start() throws Exception {
    broker = new TestingBroker(directory);
    Path config = directory.resolve("leat.yaml");
    Files.writeString(
        config,
        """
        data: data
        http: {port: 0}
        flink: {commit-interval: 1s}
        kafka: {bootstrap: '%s', replication: 1}
        """
            .formatted(broker.bootstrap()));
    Settings settings = new SettingsLoader().load(config);
    List<Path> folders =
        List.of(Repository.copyOfBlueprint("devices", directory.resolve("blueprints")));
    platform = Platform.start(settings, folders, new BlueprintLoader().loadAll(folders));
    client = new TestingClient(platform.baseUri(), platform.adminKey());
    Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready");
  }

  @AfterAll
  void stop() {
    if (platform != null) {
      platform.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void aBrokerThatHangsOrIsGoneMakesNoOtherErrorThan503() throws Exception {
    EveryRoute routes = new EveryRoute(client);
    assertThat(send("before").status()).isEqualTo(202);
    broker.signal("STOP");
    try {
      routes.areAnsweredInAnOutage("Kafka hangs");
      assertThat(routes.outcome("GET /v1/trace/{id}")).isEqualTo("log-unavailable");
      assertThat(routes.outcome("GET /v1/tail/{stream}")).isEqualTo("log-unavailable");
      assertThat(routes.outcome("POST /v1/blueprints/apply")).isEqualTo("log-unavailable");
      statusTellsWhatItKnows();
      routes.areAnsweredInAnOutage("Kafka hangs on");
    } finally {
      broker.signal("CONT");
    }
    isWellAgain("after-hanging");

    broker.kill();
    routes.areAnsweredInAnOutage("Kafka is gone");
    statusTellsWhatItKnows();
    broker.startAgain();
    isWellAgain("after-being-gone");
  }

  private void statusTellsWhatItKnows() throws Exception {
    JsonNode status = client.status();
    assertThat(status.path("unknown").toString())
        .isEqualTo("[{\"section\":\"log\",\"code\":\"log-unavailable\"}]");
    JsonNode kafka = status.path("components").path(0);
    assertThat(kafka.path("name").asText()).isEqualTo("kafka");
    assertThat(kafka.path("state").asText()).isEqualTo("down");
    assertThat(status.path("totals").path("logged").isNull()).isTrue();
    assertThat(status.path("totals").path("raw").isIntegralNumber()).isTrue();
    assertThat(status.path("tables")).isNotEmpty();
  }

  private TestingClient.Answer send(String id) throws Exception {
    String event =
        "{\"event_id\":\"%s\",\"device_id\":\"log\",\"ts\":\"%s\"}".formatted(id, Instant.now());
    return client.send("devices.telemetry", event);
  }

  private void isWellAgain(String id) throws Exception {
    Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready again");
    // The producer's own connection may come back a moment after the check's.
    Until.holds(SOON, () -> send(id).status() == 202, "events are accepted again");
    assertThat(Books.settled(client).isBalanced()).isTrue();
  }
}
