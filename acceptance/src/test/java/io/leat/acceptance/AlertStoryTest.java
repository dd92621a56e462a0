package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertId;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.Severity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Why there is an alert is known: its events, its rule as it was, and what became of it. */
@Order(76)
@ExtendWith(SharedPlatform.class)
class AlertStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String STREAM = "devices.transaction";
  private static final String COUNT = "count: 3, within: 60s";

  /** Newer than that of any job, so that no firing set ends what this test says. */
  private static final long GENERATION = Long.MAX_VALUE / 2;

  private final SharedPlatform.Running leat;
  private final TestingClient client;
  private final Path yaml;

  AlertStoryTest(SharedPlatform.Running leat) {
    this.leat = leat;
    this.client = leat.admin();
    this.yaml = leat.blueprint().resolve("blueprint.yaml");
  }

  private String kafka() {
    return leat.platform().components().stream()
        .filter(one -> one.name().equals("kafka"))
        .findFirst()
        .orElseThrow()
        .address();
  }

  @Test
  void anAlertIsExplainedByItsEventsAndTheRuleAsItWas() throws Exception {
    LogPosition first = transaction(1);
    LogPosition second = transaction(2);
    LogPosition gone = new LogPosition(1, STREAM, 0, 999_999_999);
    Until.holds(
        SOON,
        () ->
            client.number(
                    "SELECT count(*) FROM devices_raw.transaction"
                        + " WHERE event_id IN ('why-e1', 'why-e2')")
                == 2,
        "the events are in raw");
    // As detectors will name it: the version that is applied.
    String unknown = fire(List.of(first), "no such version");
    String version = explained(unknown).path("rule").path("today_version").asText();
    String id = fire(List.of(first, second, gone), version);

    JsonNode alert = explained(id);
    assertThat(alert.path("evidence").findValuesAsText("found"))
        .containsExactly("log", "log", "null");
    assertThat(alert.path("evidence").path(0).path("payload").asText())
        .contains("\"transaction_id\":\"why-1\"", "\"amount_minor\":150");
    assertThat(alert.path("evidence").path(2).path("problem").asText())
        .isEqualTo("neither the log nor raw has it any more");
    assertThat(alert.path("rule").path("changed").asBoolean()).isFalse();
    assertThat(alert.path("incident").path("state").asText()).isEqualTo("open");
    Until.holds(
        SOON,
        () -> explained(id).path("deliveries").path(0).path("state").asText().equals("done"),
        "the log target was told");

    LeatProcess.Result told = command("alert", "explain", id);
    assertThat(told.exitCode()).as(told::toString).isZero();
    assertThat(told.out())
        .contains("why is hot", "firing", "temperature_c=91.5", "devices.log", first.toString())
        .contains("\"transaction_id\" : \"why-2\"")
        .contains("  overheating:\n    description: Hot three times within a minute")
        .contains(COUNT);
    assertThat(told.err()).isEqualTo("It is the same today.\n");

    anotherRuleIsShownBesideTheOneThatWas(id);
    whatTheLogHasNoLongerComesFromRaw(id, List.of(first, second));
    JsonNode unkept = explained(unknown).path("rule");
    assertThat(unkept.path("text").isNull()).isTrue();
    assertThat(unkept.path("today").asText()).contains(COUNT);
  }

  private void anotherRuleIsShownBesideTheOneThatWas(String id) throws Exception {
    String before = Files.readString(yaml);
    try {
      Files.writeString(
          yaml,
          before
              .replace(COUNT, "count: 4, within: 60s")
              .replace("  overheating:\n", "  overheating:\n    # once more often\n"));
      TestingClient.Answer applied = client.apply();
      assertThat(applied.status()).as(applied::toString).isEqualTo(200);

      LeatProcess.Result told = command("alert", "explain", id);
      String[] halves = told.out().split("The rule as it is today");
      assertThat(halves).as(told::toString).hasSize(2);
      assertThat(halves[0]).contains("The rule as it was", COUNT).doesNotContain("count: 4");
      assertThat(halves[1]).contains("count: 4", "# once more often").doesNotContain(COUNT);
      assertThat(told.err()).isEmpty();
    } finally {
      Files.writeString(yaml, before);
      TestingClient.Answer applied = client.apply();
      assertThat(applied.status()).as(applied::toString).isEqualTo(200);
    }
    assertThat(explained(id).path("rule").path("changed").asBoolean()).isFalse();
  }

  private void whatTheLogHasNoLongerComesFromRaw(String id, List<LogPosition> events)
      throws Exception {
    JsonNode before = explained(id).path("evidence");
    LogPosition last = events.get(events.size() - 1);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka()))) {
      admin
          .deleteRecords(
              Map.of(
                  new TopicPartition(STREAM, last.partition()),
                  RecordsToDelete.beforeOffset(last.offset() + 1)))
          .all()
          .get(20, TimeUnit.SECONDS);
    }

    JsonNode after = explained(id).path("evidence");

    assertThat(after.findValuesAsText("found")).containsExactly("raw", "raw", "null");
    for (int i = 0; i < 2; i++) {
      for (String same : List.of("payload", "event_id", "event_time", "received_at", "key")) {
        assertThat(after.path(i).path(same)).as(same).isEqualTo(before.path(i).path(same));
      }
    }
  }

  @Test
  void onlyWhoReadsTheWholeBlueprintSeesIt() throws Exception {
    String id = fire(List.of(transaction(3)), "no such version");
    explained(id);

    TestingClient some = client.as(client.newKey("alerts", "\"read\"", "\"devices.fault\""));
    assertThat(some.get("/v1/alerts/" + id).status()).isEqualTo(403);
    LeatProcess.Result unknown = command("alert", "explain", "ffff");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err())
        .isEqualTo(
            "leat: There is no alert 'ffff'; `leat incident show ID` lists those of an incident."
                + " (not-found).\n");
  }

  private LogPosition transaction(int number) throws Exception {
    TestingClient.Answer answer =
        client.send(
            STREAM,
            ("{\"event_id\":\"why-e%d\",\"device_id\":\"why\",\"ts\":\"%s\",\"transaction_id\":\"why-%d\","
                    + "\"amount_minor\":150,\"currency\":\"EUR\",\"result\":\"declined\"}")
                .formatted(number, Instant.now(), number));
    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
    String[] position = answer.json().path("position").asText().split("[/@#]", -1);
    return new LogPosition(
        1, position[0], Integer.parseInt(position[1]), Long.parseLong(position[2]));
  }

  /** A detector says something, and is taken in. Returns the alert's id. */
  private String fire(List<LogPosition> evidence, String version) throws Exception {
    Instant now = Instant.now();
    LogPosition start = new LogPosition(1, STREAM, 0, now.toEpochMilli());
    String id = AlertId.of("devices", "overheating", "why", start);
    Alert alert =
        new Alert(
            id,
            Alert.State.FIRING,
            "devices",
            version,
            "overheating",
            "d1",
            "threshold",
            "transaction",
            "why",
            Severity.CRITICAL,
            "why is hot",
            now,
            now,
            Map.of("temperature_c", 91.5),
            Map.of(),
            evidence,
            null,
            GENERATION,
            now);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Names.alertsTopic("devices"),
            "overheating|why".getBytes(StandardCharsets.UTF_8),
            AlertJson.encode(alert));
    record
        .headers()
        .add("ce_type", AlertJson.type(Alert.State.FIRING).getBytes(StandardCharsets.UTF_8));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(record).get(20, TimeUnit.SECONDS);
    }
    Until.holds(SOON, () -> client.get("/v1/alerts/" + id).status() == 200, "it was taken in");
    return id;
  }

  private JsonNode explained(String id) throws Exception {
    TestingClient.Answer answer = client.get("/v1/alerts/" + id);
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
    return answer.json();
  }

  private LeatProcess.Result command(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--url", client.base().toString(), "--key", client.key()));
    return LeatProcess.run(leat.directory(), "", all.toArray(String[]::new));
  }
}
