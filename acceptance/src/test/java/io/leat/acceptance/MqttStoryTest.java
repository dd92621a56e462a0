package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices publish to a real Mosquitto, which Leat takes their events from, whatever dies. */
@Order(78)
class MqttStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);

  /** The bytes of the message that is not JSON, as the table keeps them. */
  private static final String NOT_JSON =
      Base64.getEncoder().encodeToString("not json".getBytes(StandardCharsets.UTF_8));

  private final Path directory;
  private final String port;

  MqttStoryTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.port = String.valueOf(Ports.free());
  }

  @Test
  void whatTheBrokerTookIsInProcessedOnceAfterLeatAndTheBrokerDied() throws Exception {
    assumeTrue(
        TestingMosquitto.program() != null,
        "mosquitto is not installed (Debian's package mosquitto has it)");
    Path data = directory.resolve("data");
    try (TestingMosquitto mosquitto =
        new TestingMosquitto(Files.createDirectory(directory.resolve("mqtt")))) {
      LeatProcess leat = up(data, mosquitto);
      try {
        TestingClient client = leat.awaitReady(data);
        Until.holds(
            SOON,
            () -> client.get("/metrics").text().contains("leat_mqtt_connected{broker=\"field\"} 1"),
            "connected");
        publish(mosquitto, 0, 400);
        leat.signal("KILL");
        leat.await(SOON);
        publish(mosquitto, 400, 800);

        leat = up(data, mosquitto);
        leat.awaitReady(data);
        publish(mosquitto, 800, 1_000);
        mosquitto.stop();
        TestingClient second = leat.awaitReady(data);
        Until.holds(SOON, () -> isDegraded(second), "without its broker it is degraded, and ready");
        mosquitto.start();
        publish(mosquitto, 1_000, 1_200);

        Until.fits(
            SOON,
            () -> second.number("SELECT count(*) FROM devices_processed.telemetry"),
            count -> count == 1_200,
            () -> "not all are there: " + said(second));
        Books books = Books.settled(second);
        assertThat(books.quarantined()).isZero();
        assertThat(ids(second)).isEqualTo(expected(1_200));
        assertThat(second.rows("SELECT DISTINCT client FROM devices_raw.telemetry").get(0).get(0))
            .hasToString("\"mqtt:field\"");
        Until.fits(
            SOON,
            () -> second.rows("SELECT code, payload FROM devices_raw.rejected").toString(),
            rows -> rows.contains("malformed-json") && rows.contains(NOT_JSON),
            () -> "the malformed message is not kept");
        leat.signal("TERM");
        assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
      } finally {
        leat.close();
      }
    }
  }

  private static boolean isDegraded(TestingClient client) throws Exception {
    TestingClient.Answer health = client.get("/health/ready");
    return health.status() == 200
        && health.json().path("checks").path("mqtt-field").asText().equals("degraded");
  }

  private static String said(TestingClient client) {
    try {
      return client.status().path("totals").toString();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private LeatProcess up(Path data, TestingMosquitto mosquitto) throws IOException {
    return LeatProcess.up(
        directory,
        Repository.root().resolve("blueprints/devices"),
        data,
        port,
        """
        mqtt:
          - name: field
            url: mqtt://127.0.0.1:%d
            subscriptions:
              - {filter: devices/+/telemetry, stream: devices.telemetry, key-level: 2}
        """
            .formatted(mosquitto.port));
  }

  private static void publish(TestingMosquitto mosquitto, int from, int to) {
    try (var device = mosquitto.new Device()) {
      for (int i = from; i < to; i++) {
        if (i % 400 == 0) {
          device.publish("devices/d0/telemetry", "not json");
        }
        device.publish(
            "devices/d" + i % 7 + "/telemetry",
            "{\"event_id\":\"m%05d\",\"ts\":\"%s\"}".formatted(i, Instant.now()));
      }
    }
  }

  private static List<String> expected(int events) {
    return IntStream.range(0, events).mapToObj("m%05d"::formatted).toList();
  }

  private static List<String> ids(TestingClient client) throws Exception {
    return client.rows("SELECT _event_id FROM devices_processed.telemetry ORDER BY 1").stream()
        .map(row -> row.path(0))
        .map(JsonNode::asText)
        .toList();
  }
}
