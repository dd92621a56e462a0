package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rule was wrong and a column was missing: what the log no longer has is built again from raw, by
 * the mended blueprint, while events come in and the process is killed now and then.
 */
@Order(75)
class ReplayStoryTest {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String STREAM = "devices.telemetry";
  private static final String PROCESSED = "devices_processed.telemetry";

  private final Path directory;
  private final Path data;
  private final String port = String.valueOf(Ports.free());

  ReplayStoryTest(@TempDir Path directory) {
    this.directory = directory;
    this.data = directory.resolve("data");
  }

  @Test
  void whatTheLogNoLongerHasIsBuiltAgainByTheMendedRules() throws Exception {
    Path blueprint = Repository.copyOfBlueprint("devices", directory.resolve("blueprints"));
    TestingFeeder feeder;
    String replay;
    try (LeatProcess leat = up(blueprint)) {
      TestingClient client = leat.awaitReady(data);
      String hot = sendAll(client).stream().filter(line -> line.contains("hot-0")).findAny().get();
      Books before = Books.settled(client);
      assertThat(before).isEqualTo(new Books(335, 335, 310, 5, 20));
      Instant to = Instant.now();
      forgetTheLog();
      mend(blueprint);
      TestingClient.Answer applied = client.apply();
      assertThat(applied.status()).as(applied::toString).isEqualTo(200);
      feeder = new TestingFeeder(client, "live");
      feeder.awaitMore(200, SOON);

      JsonNode built = awaited(client, begin(client, to, null), "built");
      isAsExpected(built.path("comparison"), 15);
      assertThat(client.number("SELECT count(*) FROM " + built.path("table").asText()))
          .isEqualTo(315);
      assertThat(count(client, "_event_id LIKE 'hot-%'")).as("nothing is switched").isZero();
      aRedriveIsRefused(client, "hot-1");
      cameInAgain(client, hot, built);
      drop(client, built);
      assertThat(client.query("SELECT 1 FROM " + built.path("table").asText(), 1).status())
          .isEqualTo(404);

      replay = begin(client, to, "telemetry_mended").path("id").asText();
      leat.signal("KILL");
      leat.await(SOON);
    }
    try (LeatProcess leat = up(blueprint)) {
      TestingClient client = leat.awaitReady(data);
      JsonNode built = awaited(client, client.get("/v1/replays/" + replay).json(), "built");
      assertThat(built.path("table").asText()).isEqualTo("devices_processed.telemetry_mended");
      isAsExpected(built.path("comparison"), 14);
      assertThat(client.post("/v1/replays/" + replay + "/switch", "{}").status()).isEqualTo(202);
      leat.signal("KILL");
      leat.await(SOON);
    }
    try (LeatProcess leat = up(blueprint)) {
      TestingClient client = leat.awaitReady(data);
      JsonNode switched = awaited(client, client.get("/v1/replays/" + replay).json(), "switched");
      eachIsWhereTheRulesSay(client);
      feeder.awaitMore(200, SOON);

      JsonNode again =
          awaited(
              client, begin(client, Instant.parse(switched.path("to").asText()), null), "built");
      assertThat(again.path("comparison").path("differs").asBoolean())
          .as(again::toString)
          .isFalse();
      JsonNode beside =
          awaited(
              client, begin(client, Instant.parse(switched.path("to").asText()), null), "built");
      String second = "/v1/replays/" + again.path("id").asText() + "/switch";
      assertThat(client.post(second, "{}").status()).isEqualTo(202);
      awaited(client, again, "switched");
      TestingClient.Answer late =
          client.post("/v1/replays/" + beside.path("id").asText() + "/switch", "{}");
      assertThat(late.code()).as(late::toString).isEqualTo("conflict");
      assertThat(late.json().path("detail").asText())
          .contains("was switched to since", "drop it and replay the period again");
      drop(client, beside);
      eachIsWhereTheRulesSay(client);

      feeder.end();
      assertThat(feeder.refusals()).isEmpty();
      Books books = Books.settled(client);
      long live = feeder.acknowledged().size();
      assertThat(books.processed()).isEqualTo(315 + live);
      assertThat(books.quarantined()).isEqualTo(15);
      assertThat(count(client, "_event_id LIKE 'live-%'")).isEqualTo(live);
      assertThat(
              client.number(
                  "SELECT count(*) - count(DISTINCT _event_id) FROM "
                      + PROCESSED
                      + " WHERE _event_id NOT LIKE 'devices.%'"))
          .as("events that are there twice")
          .isZero();
      Reconciled.whole(client).isClean();
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
    try (LeatProcess leat = up(blueprint)) {
      TestingClient client = leat.awaitReady(data);
      assertThat(client.send(STREAM, event("after", ",\"temperature_c\":20")).status())
          .isEqualTo(202);
      Until.holds(SOON, () -> count(client, "_event_id = 'after'") == 1, "the job goes on");
      Reconciled.whole(client).isClean();
    }
  }

  /** While a replay may let a record in, a redrive may not. */
  private static void aRedriveIsRefused(TestingClient client, String eventId) throws Exception {
    String id = "";
    for (JsonNode one :
        client.get("/v1/quarantine?limit=1000&stream=" + STREAM).json().path("records")) {
      id = one.path("event_id").asText().equals(eventId) ? one.path("id").asText() : id;
    }
    JsonNode planned = client.post("/v1/quarantine/redrive", "{\"ids\":[\"" + id + "\"]}").json();
    assertThat(planned.path("planned").asInt()).as(planned::toString).isEqualTo(1);
    String route = "/v1/quarantine/redrives?run=" + planned.path("run").asText();
    JsonNode redrive =
        Until.fits(
            SOON,
            () -> client.get(route).json().path("redrives").path(0),
            one -> !one.path("state").asText().equals("planned"),
            () -> "the redrive does not end");
    assertThat(redrive.path("state").asText()).as(redrive::toString).isEqualTo("refused");
    assertThat(redrive.path("code").asText()).isEqualTo("conflict");
    assertThat(redrive.path("detail").asText())
        .isEqualTo(
            "it was received in the period of the replay 1, which is built and may let it in:"
                + " switch to that or drop it first");
  }

  /** Its sender sends an event again that the replay lets in: both would be in processed. */
  private static void cameInAgain(TestingClient client, String line, JsonNode built)
      throws Exception {
    send(client, line);
    Until.holds(SOON, () -> count(client, "_event_id = 'hot-0'") == 1, "it comes in again");
    String route = "/v1/replays/" + built.path("id").asText();
    assertThat(client.post(route + "/switch", "{}").status()).isEqualTo(202);
    JsonNode refused = awaited(client, built, "built");
    assertThat(refused.path("failure").asText())
        .startsWith(
            "Of what the replay 1 of devices.telemetry lets in, 1 record came in again under the"
                + " same id since it was built, such as 'hot-0' at devices.telemetry/");
    assertThat(count(client, "_event_id LIKE 'hot-%'")).as("nothing is switched").isEqualTo(1);
  }

  /** 300 that stay, 5 of them twice, 15 too hot for the old rule, 10 too cold for the new one. */
  private static List<String> sendAll(TestingClient client) throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 299; i++) {
      all.append(event("good-" + i, ",\"temperature_c\":20,\"firmware_tag\":\"f" + i + "\""));
      all.append('\n');
    }
    for (int i = 0; i < 15; i++) {
      all.append(event("hot-" + i, ",\"temperature_c\":155")).append('\n');
    }
    for (int i = 0; i < 10; i++) {
      all.append(event("cold-" + i, ",\"temperature_c\":-50")).append('\n');
    }
    for (int i = 0; i < 4; i++) {
      all.append(event("far-" + i, ",\"temperature_c\":900")).append('\n');
    }
    // A sender that corrected itself: the first is quarantined, the second is what it meant.
    all.append(event("corrected", ",\"temperature_c\":156")).append('\n');
    all.append(event("corrected", ",\"temperature_c\":15.6")).append('\n');
    send(client, all.toString());
    StringBuilder again = new StringBuilder();
    List<String> lines = all.toString().lines().toList();
    for (int i = 0; i < 5; i++) {
      again.append(lines.get(i)).append('\n');
    }
    send(client, again.toString());
    return lines;
  }

  private static void send(TestingClient client, String lines) throws Exception {
    TestingClient.Answer answer =
        client.post(
            "/v1/events/" + STREAM, "application/x-ndjson", lines.getBytes(StandardCharsets.UTF_8));
    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
  }

  private static String event(String id, String more) {
    return "{\"event_id\":\"%s\",\"device_id\":\"kiosk-%d\",\"ts\":\"%s\"%s}"
        .formatted(id, Math.abs(id.hashCode() % 9), Instant.now(), more);
  }

  private static void mend(Path blueprint) throws IOException {
    Path yaml = blueprint.resolve("blueprint.yaml");
    String rules = Files.readString(yaml);
    Files.writeString(
        yaml,
        rules.replace(
            "temperature_c > -60 && temperature_c < 150",
            "temperature_c > -40 && temperature_c < 160"));
    Path schema = blueprint.resolve("schemas/telemetry.json");
    Files.writeString(
        schema,
        Files.readString(schema)
            .replaceFirst(
                "\"properties\": \\{",
                "\"properties\": {\"firmware_tag\": {\"type\": \"string\"},"));
  }

  /** As retention does it, at once: nothing of what was sent is left in the log. */
  private void forgetTheLog() throws Exception {
    Properties ports = new Properties();
    try (var in = Files.newBufferedReader(data.resolve("ports.properties"))) {
      ports.load(in);
    }
    try (Admin admin =
        Admin.create(
            Map.of("bootstrap.servers", "127.0.0.1:" + ports.getProperty("kafka.broker")))) {
      Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
      Map<TopicPartition, OffsetSpec> earliest = new HashMap<>();
      for (int partition = 0; partition < 4; partition++) {
        latest.put(new TopicPartition(STREAM, partition), OffsetSpec.latest());
        earliest.put(new TopicPartition(STREAM, partition), OffsetSpec.earliest());
      }
      Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> ends =
          admin.listOffsets(latest).all().get();
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      ends.forEach(
          (partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end.offset())));
      admin.deleteRecords(all).all().get();
      admin
          .listOffsets(earliest)
          .all()
          .get()
          .forEach(
              (partition, begin) ->
                  assertThat(begin.offset())
                      .isEqualTo(java.util.Objects.requireNonNull(ends.get(partition)).offset()));
    }
  }

  private static JsonNode begin(TestingClient client, Instant to, @Nullable String into)
      throws Exception {
    TestingClient.Answer begun =
        client.post(
            "/v1/replays",
            "{\"stream\":\"%s\",\"from\":\"2020-01-01T00:00:00Z\",\"to\":\"%s\"%s}"
                .formatted(STREAM, to, into == null ? "" : ",\"into\":\"" + into + "\""));
    assertThat(begun.status()).as(begun::toString).isEqualTo(202);
    return begun.json();
  }

  private static JsonNode awaited(TestingClient client, JsonNode replay, String state)
      throws InterruptedException {
    String route = "/v1/replays/" + replay.path("id").asText();
    return Until.fits(
        SOON,
        () -> client.get(route).json(),
        now -> now.path("state").asText().equals(state),
        () -> "the replay is not " + state);
  }

  private static void drop(TestingClient client, JsonNode replay) throws Exception {
    assertThat(client.delete("/v1/replays/" + replay.path("id").asText()).status()).isEqualTo(202);
    awaited(client, replay, "dropped");
  }

  private static void isAsExpected(JsonNode comparison, long letIn) {
    Map<String, Long> outcomes = new TreeMap<>();
    comparison
        .path("outcomes")
        .forEach(
            one ->
                outcomes.put(
                    one.path("before").asText() + " " + one.path("after").asText(),
                    one.path("records").asLong()));
    Map<String, Long> expected =
        new TreeMap<>(
            Map.of(
                "processed processed", 300L,
                "processed quarantined", 10L,
                "quarantined processed", letIn,
                "quarantined quarantined", 5L,
                "duplicate duplicate", 5L));
    if (letIn < 15) {
      expected.put("quarantined duplicate", 15 - letIn);
    }
    assertThat(outcomes).isEqualTo(expected);
    assertThat(comparison.path("records").asLong()).isEqualTo(335);
    JsonNode processed = comparison.path("processed");
    assertThat(processed.path("changed").asLong()).isEqualTo(299);
    assertThat(processed.path("equal").asLong()).isEqualTo(1);
    assertThat(processed.path("changed_columns").toString())
        .isEqualTo("{\"_extra\":299,\"firmware_tag\":299}");
    JsonNode changed = processed.path("examples").path(0);
    assertThat(changed.path("event_id").asText()).startsWith("good-");
    assertThat(changed.path("values").toString()).contains("\"column\":\"firmware_tag\"");
  }

  private static void eachIsWhereTheRulesSay(TestingClient client) throws Exception {
    assertThat(count(client, "_event_id LIKE 'hot-%'")).isEqualTo(15);
    assertThat(count(client, "_event_id LIKE 'cold-%'")).isZero();
    assertThat(count(client, "_event_id LIKE 'good-%' AND firmware_tag IS NOT NULL"))
        .isEqualTo(299);
    assertThat(count(client, "_event_id LIKE 'good-%'")).isEqualTo(299);
    assertThat(
            client.rows(
                "SELECT temperature_c FROM " + PROCESSED + " WHERE _event_id = 'corrected'"))
        .as("the sender's correction stays")
        .extracting(row -> row.path(0).asDouble())
        .containsExactly(15.6);
    assertThat(
            client.rows(
                "SELECT code, count(*), count(DISTINCT event_id) FROM devices_raw.quarantine"
                    + " GROUP BY 1 ORDER BY 1"))
        .extracting(JsonNode::toString)
        .containsExactly("[\"event-id-conflict\",1,1]", "[\"quality-rule-failed\",14,14]");
  }

  private static long count(TestingClient client, String where)
      throws IOException, InterruptedException {
    return client.number("SELECT count(*) FROM " + PROCESSED + " WHERE " + where);
  }

  private LeatProcess up(Path blueprint) throws IOException {
    return LeatProcess.up(directory, blueprint, data, port, "");
  }
}
