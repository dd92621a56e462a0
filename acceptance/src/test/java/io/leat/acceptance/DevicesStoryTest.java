package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.demo.Demo;
import io.leat.app.demo.DemoReport;
import io.leat.app.demo.Freshness;
import io.leat.app.terminal.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A fleet of devices, well and unwell, and where each of their events ended, to the record. */
@Order(10)
@ExtendWith(SharedPlatform.class)
class DevicesStoryTest {
  private final SharedPlatform.Running leat;
  private final TestingClient client;

  DevicesStoryTest(SharedPlatform.Running leat) {
    this.leat = leat;
    this.client = leat.admin();
  }

  @Test
  void eachEventOfTheFleetEndsWhereItBelongs() throws Exception {
    Books before = Books.settled(client);
    DemoReport report;
    List<RecordingProxy.Sent> sent;
    try (RecordingProxy proxy = new RecordingProxy(client.base())) {
      report = demo(proxy).run();
      sent = proxy.sent();
    }

    assertThat(report.isOk()).as(() -> report.json().toPrettyString()).isTrue();
    List<RecordingProxy.Sent> accepted =
        sent.stream().filter(RecordingProxy.Sent::isAccepted).toList();
    JsonNode numbers = report.json();
    assertThat(numbers.path("accepted").asLong()).isEqualTo(accepted.size()).isGreaterThan(2_500);
    assertThat(numbers.path("duplicates").asLong()).isPositive();
    assertThat(numbers.path("quarantined").asLong()).isPositive();
    assertThat(sent.size() - accepted.size()).isGreaterThan(20);

    Books books = Books.settled(client).since(before);
    assertThat(books.logged()).as("acknowledged = logged").isEqualTo(accepted.size());
    assertThat(books.isBalanced()).isTrue();

    Map<String, String> payloads = payloadsByPosition();
    for (RecordingProxy.Sent event : accepted) {
      assertThat(payloads.get(event.position()))
          .as(event.position())
          .isEqualTo(Base64.getEncoder().encodeToString(event.line()));
    }
    for (String stream : List.of("telemetry", "heartbeat", "fault", "transaction")) {
      eachIdIsProcessedOnceOrQuarantined(stream, accepted);
    }
    eachRefusedOneIsKept(sent);
  }

  private Demo demo(RecordingProxy proxy) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Demo(
        new LeatClient(proxy.uri(), client.key()),
        () -> new Freshness(leat.platform().freshnessMillis()[0], 0),
        new Demo.Settings(
            "devices",
            Repository.root().resolve("blueprints/devices"),
            Duration.ofSeconds(6),
            1_000,
            42,
            200,
            null),
        InstantSource.system(),
        new Terminal(nowhere, nowhere, false, false, 100),
        true,
        Duration.ofSeconds(30));
  }

  /** By position, as the gateway tells it: the raw payload in Base64. */
  private Map<String, String> payloadsByPosition() throws Exception {
    Map<String, String> payloads = new HashMap<>();
    for (String stream : List.of("telemetry", "heartbeat", "fault", "transaction")) {
      for (JsonNode row :
          client.rows("SELECT log_partition, log_offset, payload FROM devices_raw." + stream)) {
        String position =
            "devices." + stream + "/" + row.path(0).asInt() + "@" + row.path(1).asLong();
        assertThat(payloads.put(position, row.path(2).asText())).as(position).isNull();
      }
    }
    return payloads;
  }

  private void eachIdIsProcessedOnceOrQuarantined(String stream, List<RecordingProxy.Sent> accepted)
      throws Exception {
    Map<String, Long> sent = new TreeMap<>();
    accepted.stream()
        .filter(event -> event.stream().equals("devices." + stream))
        .forEach(event -> sent.merge(event.id(), 1L, Long::sum));
    Map<String, Long> processed =
        counts("SELECT _event_id, count(*) FROM devices_processed." + stream + " GROUP BY 1");
    Map<String, Long> quarantined =
        counts(
            "SELECT event_id, count(*) FROM devices_raw.quarantine WHERE stream = '"
                + stream
                + "' GROUP BY 1");
    sent.forEach(
        (id, times) -> {
          long rows = processed.getOrDefault(id, 0L);
          long bad = quarantined.getOrDefault(id, 0L);
          assertThat(rows).as("rows of " + id).isLessThanOrEqualTo(1);
          assertThat(rows + bad).as("places of " + id).isBetween(1L, times);
        });
  }

  private void eachRefusedOneIsKept(List<RecordingProxy.Sent> sent) throws Exception {
    Map<String, Long> kept =
        counts("SELECT payload, count(*) FROM devices_raw.rejected GROUP BY 1");
    sent.stream()
        .filter(event -> !event.isAccepted())
        .forEach(
            event ->
                assertThat(kept)
                    .as(new String(event.line(), StandardCharsets.UTF_8))
                    .containsKey(Base64.getEncoder().encodeToString(event.line())));
  }

  private Map<String, Long> counts(String sql) throws Exception {
    Map<String, Long> counts = new HashMap<>();
    client.rows(sql).forEach(row -> counts.put(row.path(0).asText(), row.path(1).asLong()));
    return counts;
  }
}
