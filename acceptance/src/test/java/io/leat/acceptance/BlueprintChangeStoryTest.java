package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Streams and rules of a blueprint come and go while events come in; nothing is lost or doubled.
 */
@Order(65)
class BlueprintChangeStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String RULE = "temperature_c < 150";
  private static final String NEW_STREAM =
      """

        door:
          description: A machine's door was opened or closed.
          schema: schemas/door.json
          key: device_id
          id: event_id
          partitions: 2
          retention: 7d
          dedupe: 24h
      """;
  private static final String NEW_SCHEMA =
      """
      {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
       "required": ["event_id", "device_id"],
       "properties": {"event_id": {"type": "string"}, "device_id": {"type": "string"}}}
      """;

  @Test
  void streamsAndRulesComeAndGoWhileEventsComeIn() throws Exception {
    try (SharedPlatform.Running leat = SharedPlatform.Running.start()) {
      TestingClient client = leat.admin();
      Path yaml = leat.blueprint().resolve("blueprint.yaml");
      TestingFeeder feeder = new TestingFeeder(client, "change");
      feeder.awaitMore(500, SOON);

      aNewStreamIsServed(client, yaml);
      feeder.awaitMore(200, SOON);
      aChangedRuleHolds(client, yaml);
      feeder.awaitMore(200, SOON);
      aRemovedStreamIsNoLonger(client, yaml);
      feeder.awaitMore(200, SOON);

      feeder.end();
      assertThat(feeder.refusals()).isEmpty();
      assertThat(feeder.sentAgain()).isZero();
      Books books = Books.settled(client);
      Set<String> expected = new HashSet<>(feeder.acknowledged());
      expected.add("hot-1");
      List<String> processed = ids(client, "devices_processed.telemetry");
      assertThat(processed).doesNotHaveDuplicates().hasSize(expected.size());
      assertThat(new HashSet<>(processed)).isEqualTo(expected);
      assertThat(books)
          .isEqualTo(new Books(expected.size() + 1, expected.size() + 1, expected.size(), 0, 1));
      Reconciled.whole(client).isClean();
    }
  }

  private static void aNewStreamIsServed(TestingClient client, Path yaml) throws Exception {
    assertThat(client.send("devices.door", door(0)).status()).isEqualTo(404);
    Files.writeString(yaml.resolveSibling("schemas/door.json"), NEW_SCHEMA);
    replace(yaml, "\n  heartbeat:", NEW_STREAM + "\n  heartbeat:");
    JsonNode changes = apply(client);
    assertThat(changes.toString())
        .contains("created topic devices.door", "the job was restarted from a savepoint");
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      assertThat(client.send("devices.door", door(i)).status()).isEqualTo(202);
      sent.add("door-" + i);
    }
    Until.fits(
        SOON,
        () -> ids(client, "devices_processed.door"),
        ids -> ids.equals(sent),
        () -> "the new stream's events are not processed");
  }

  private static void aChangedRuleHolds(TestingClient client, Path yaml) throws Exception {
    assertThat(client.send("devices.telemetry", hot(1)).status()).isEqualTo(202);
    Until.holds(
        SOON,
        () -> ids(client, "devices_processed.telemetry").contains("hot-1"),
        "what the rule allows is processed");
    replace(yaml, RULE, "temperature_c < 100");
    assertThat(apply(client).toString()).contains("the job was restarted from a savepoint");
    assertThat(client.send("devices.telemetry", hot(2)).status()).isEqualTo(202);
    Until.holds(
        SOON,
        () ->
            client
                .rows("SELECT event_id, code FROM devices_raw.quarantine")
                .toString()
                .equals("[[\"hot-2\",\"quality-rule-failed\"]]"),
        "what the changed rule forbids is quarantined");
  }

  private static void aRemovedStreamIsNoLonger(TestingClient client, Path yaml) throws Exception {
    assertThat(client.send("devices.door", door(10)).status()).isEqualTo(202);
    replace(yaml, NEW_STREAM, "");
    Files.delete(yaml.resolveSibling("schemas/door.json"));
    TestingClient.Answer refused = client.apply();
    assertThat(refused.code()).as(refused::toString).isEqualTo("destructive-change");
    assertThat(client.send("devices.door", door(11)).status()).isEqualTo(202);
    Until.holds(
        SOON,
        () -> ids(client, "devices_processed.door").contains("door-11"),
        "what came before the removal is processed");
    Files.writeString(yaml, Files.readString(yaml) + "\nremoved: [door]\n");
    apply(client);
    assertThat(client.send("devices.door", door(12)).status()).isEqualTo(404);
    assertThat(ids(client, "devices_processed.door")).contains("door-10", "door-11").hasSize(12);
  }

  private static JsonNode apply(TestingClient client) throws Exception {
    TestingClient.Answer applied = client.apply();
    assertThat(applied.status()).as(applied::toString).isEqualTo(200);
    return applied.json().path("changes");
  }

  private static List<String> ids(TestingClient client, String table) throws Exception {
    List<String> ids = new ArrayList<>();
    for (JsonNode row : client.rows("SELECT _event_id FROM " + table + " ORDER BY 1")) {
      ids.add(row.path(0).asText());
    }
    return ids;
  }

  private static String door(int i) {
    return "{\"event_id\":\"door-%d\",\"device_id\":\"d-%d\"}".formatted(i, i % 3);
  }

  private static String hot(int i) {
    return "{\"event_id\":\"hot-%d\",\"device_id\":\"hot\",\"ts\":\"%s\",\"temperature_c\":120}"
        .formatted(i, Instant.now());
  }

  private static void replace(Path file, String before, String after) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(before);
    Files.writeString(file, text.replace(before, after));
  }
}
