package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A blueprint changes while events come in. */
@Order(60)
@ExtendWith(SharedPlatform.class)
class SchemaEvolutionStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final TestingClient client;
  private final Path yaml;
  private final Path telemetry;
  private String yamlBefore = "";
  private String telemetryBefore = "";

  SchemaEvolutionStoryTest(SharedPlatform.Running leat) {
    this.client = leat.admin();
    this.yaml = leat.blueprint().resolve("blueprint.yaml");
    this.telemetry = leat.blueprint().resolve("schemas/telemetry.json");
  }

  @BeforeEach
  void remember() throws IOException {
    yamlBefore = Files.readString(yaml);
    telemetryBefore = Files.readString(telemetry);
  }

  /** A refused blueprint must not stay for the next test. */
  @AfterEach
  void restore() throws Exception {
    assertThat(jobIsRunning()).isTrue();
    if (!Files.readString(yaml).contains("fan-not-too-fast")) {
      Files.writeString(yaml, yamlBefore);
      Files.writeString(telemetry, telemetryBefore);
    }
  }

  @Test
  void anOptionalPropertyBecomesAColumnWhileEventsComeIn() throws Exception {
    String before =
        event("evo-1", ",\"fan_rpm\":1200,\"location\":{\"lat\":1,\"lon\":2,\"floor\":3}");
    assertThat(client.send("devices.telemetry", before).status()).isEqualTo(202);
    awaitProcessed("evo-1");
    assertThat(
            client
                .rows("SELECT _extra FROM devices_processed.telemetry WHERE _event_id='evo-1'")
                .get(0)
                .path(0)
                .asText())
        .isEqualTo("{\"fan_rpm\":1200,\"location\":{\"floor\":3}}");
    Books start = Books.settled(client);

    try (TestingFeeder feeder = new TestingFeeder(client, "evo-feeder")) {
      feeder.awaitMore(500, SOON);
      insert(telemetry, "\"temperature_c\": {", "\"fan_rpm\": {\"type\": \"integer\"},\n    ");
      insert(telemetry, "\"lat\": {", "\"floor\": {\"type\": \"integer\"},\n        ");
      insert(
          yaml,
          "- {name: cpu-in-range",
          "- {name: fan-not-too-fast, expect: \"fan_rpm < 5000\", else: quarantine}\n      ");

      TestingClient.Answer applied = client.apply();

      assertThat(applied.status()).as(applied::toString).isEqualTo(200);
      assertThat(texts(applied.json().path("changes")))
          .contains(
              "devices: added to devices_processed.telemetry: fan_rpm, location.floor",
              "devices: the job was restarted from a savepoint");
      feeder.awaitMore(500, SOON);
      feeder.end();
      assertThat(feeder.refusals()).isEmpty();
      assertThat(feeder.sentAgain()).isZero();
    }
    String after =
        event("evo-2", ",\"fan_rpm\":1300,\"location\":{\"lat\":1,\"lon\":2,\"floor\":4}");
    assertThat(client.send("devices.telemetry", after).status()).isEqualTo(202);
    assertThat(client.send("devices.telemetry", event("evo-3", ",\"fan_rpm\":9000")).status())
        .isEqualTo(202);
    TestingClient.Answer wrong =
        client.send("devices.telemetry", event("evo-4", ",\"fan_rpm\":\"fast\""));
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.json().path("errors").path(0).path("pointer").asText()).isEqualTo("/fan_rpm");

    awaitProcessed("evo-2");
    assertThat(
            client.rows(
                """
                SELECT _event_id, fan_rpm, location.floor, location.lat, _extra, _schema_version
                FROM devices_processed.telemetry
                WHERE _event_id LIKE 'evo-_' ORDER BY 1"""))
        .extracting(JsonNode::toString)
        .containsExactly(
            "[\"evo-1\",null,null,1.0,\"{\\\"fan_rpm\\\":1200,\\\"location\\\":{\\\"floor\\\":3}}\",1]",
            "[\"evo-2\",1300,4,1.0,null,2]");
    Books end = Books.settled(client);
    assertThat(
            client
                .rows("SELECT code, reason FROM devices_raw.quarantine WHERE event_id='evo-3'")
                .toString())
        .isEqualTo("[[\"quality-rule-failed\",\"fan-not-too-fast: expected fan_rpm < 5000\"]]");
    assertThat(end.since(start).duplicates()).isZero();
    assertThat(end.since(start).quarantined()).isEqualTo(1);
  }

  @Test
  void applyingWhatHasNotChangedChangesNothing() throws Exception {
    String job = jobState();

    TestingClient.Answer applied = client.apply();

    assertThat(applied.toString()).isEqualTo("200 {\"changes\":[]}");
    assertThat(jobState()).isEqualTo(job);
  }

  @Test
  void retypingAColumnIsRefusedAndNothingIsStopped() throws Exception {
    String schema = Files.readString(telemetry);
    int at = schema.indexOf("\"type\"", schema.indexOf("\"seq\": {"));
    Files.writeString(
        telemetry,
        schema.substring(0, at)
            + schema.substring(at).replaceFirst("\"integer\",\\s*\"minimum\": 0", "\"string\""));
    String job = jobState();

    TestingClient.Answer refused = client.apply();

    assertThat(refused.status()).as(refused::toString).isEqualTo(409);
    assertThat(refused.code()).isEqualTo("destructive-change");
    assertThat(refused.json().path("detail").asText())
        .isEqualTo(
            "Column 'seq' of devices_processed.telemetry is long; the schema now makes it string."
                + " Stored rows cannot be read as another type: give the property a new name, or"
                + " write to a stream of a new name.");
    assertThat(jobState()).isEqualTo(job);
    assertThat(client.send("devices.telemetry", event("evo-retype", ",\"seq\":7")).status())
        .isEqualTo(202);
    awaitProcessed("evo-retype");
  }

  @Test
  void aBrokenBlueprintIsRefusedWithAllItsProblems() throws Exception {
    Files.writeString(
        yaml,
        yamlBefore
            .replaceFirst("partitions: 4", "partitoins: 4")
            .replaceFirst("retention: 7d", "retention: soon")
            .replace("temperature_c > -60", "temprature_c > -60"));
    String job = jobState();

    TestingClient.Answer refused = client.apply();

    assertThat(refused.status()).as(refused::toString).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("invalid-configuration");
    assertThat(refused.json().path("detail").asText())
        .contains("partitoins", "Did you mean 'partitions'?", "soon", "temprature_c")
        .contains("blueprint.yaml:");
    assertThat(jobState()).isEqualTo(job);
  }

  @Test
  void changingPartitionsIsRefusedWithTheWayToDoIt() throws Exception {
    Files.writeString(yaml, yamlBefore.replaceFirst("partitions: 4", "partitions: 8"));
    String job = jobState();

    TestingClient.Answer refused = client.apply();

    assertThat(refused.status()).as(refused::toString).isEqualTo(409);
    assertThat(refused.code()).isEqualTo("destructive-change");
    assertThat(refused.json().path("detail").asText())
        .contains("devices.telemetry", "the topic has 4 partitions, the blueprint says 8.")
        .contains("say 'partitions: 4', or add a new stream with more partitions");
    assertThat(jobState()).isEqualTo(job);
  }

  @Test
  void aStreamIsRemovedByNameOnlyAndGoesOnWhereItWas() throws Exception {
    Path schema = yaml.resolveSibling("schemas/transaction.json");
    String schemaBefore = Files.readString(schema);
    String with = Files.readString(yaml);
    int begin = with.indexOf("\n  transaction:");
    int end = with.indexOf("\n\ndetectors:");
    assertThat(begin).isPositive();
    assertThat(end).isGreaterThan(begin);
    String without = with.substring(0, begin) + with.substring(end);
    assertThat(client.send("devices.transaction", saleEvent("evo-sale-1")).status()).isEqualTo(202);
    Books before = Books.settled(client);
    long sales = client.number("SELECT count(*) FROM devices_raw.transaction");
    try {
      Files.delete(schema);
      Files.writeString(yaml, without);
      String job = jobState();
      TestingClient.Answer refused = client.apply();
      assertThat(refused.status()).as(refused::toString).isEqualTo(409);
      assertThat(refused.json().path("detail").asText())
          .isEqualTo(
              "The blueprint 'devices' had the streams [transaction], which it does not name any more."
                  + " What devices still send to them would be refused. Put them back, or say"
                  + " 'removed: [transaction]' in its blueprint.yaml; their topics and tables stay.");
      assertThat(jobState()).isEqualTo(job);
      assertThat(client.send("devices.transaction", saleEvent("evo-sale-2")).status())
          .isEqualTo(202);

      Files.writeString(yaml, without + "\nremoved: [transaction]\n");
      TestingClient.Answer removed = client.apply();
      assertThat(removed.status()).as(removed::toString).isEqualTo(200);
      assertThat(texts(removed.json().path("changes")))
          .containsExactly("devices: the job was restarted from a savepoint");
      assertThat(client.send("devices.transaction", saleEvent("evo-sale-3")).status())
          .isEqualTo(404);
      assertThat(client.number("SELECT count(*) FROM devices_raw.transaction"))
          .isEqualTo(sales + 1);
      assertThat(client.send("devices.telemetry", event("evo-without", "")).status())
          .isEqualTo(202);
      awaitProcessed("evo-without");
    } finally {
      Files.writeString(schema, schemaBefore);
      Files.writeString(yaml, with);
    }

    assertThat(client.apply().status()).isEqualTo(200);
    assertThat(client.send("devices.transaction", saleEvent("evo-sale-4")).status()).isEqualTo(202);
    Until.holds(
        SOON,
        () -> client.number("SELECT count(*) FROM devices_raw.transaction") >= sales + 2,
        "the stream goes on");
    Books after = Books.settled(client);
    assertThat(after.since(before)).isEqualTo(new Books(3, 3, 3, 0, 0));
    assertThat(
            client.rows(
                """
                SELECT _event_id FROM devices_processed.transaction
                WHERE _event_id LIKE 'evo-sale-%' ORDER BY 1"""))
        .extracting(row -> row.path(0).asText())
        .containsExactly("evo-sale-1", "evo-sale-2", "evo-sale-4");
  }

  @Test
  void applyNeedsTheRoleOperateAndAllStreams() throws Exception {
    TestingClient reader =
        client.as(client.newKey("evo-reader", "\"read\",\"send\"", "\"devices.*\""));
    assertThat(reader.apply().status()).isEqualTo(403);
    TestingClient scoped = client.as(client.newKey("evo-scoped", "\"operate\"", "\"devices.*\""));
    TestingClient.Answer refused = scoped.apply();
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.json().path("detail").asText())
        .isEqualTo("Applying blueprints needs all streams, which the client 'evo-scoped' has not");
    TestingClient operator = client.as(client.newKey("evo-operator", "\"operate\"", "\"*\""));
    assertThat(operator.apply().status()).isEqualTo(200);
  }

  private static String saleEvent(String id) {
    return ("{\"event_id\":\"%s\",\"device_id\":\"evo\",\"ts\":\"%s\",\"transaction_id\":\"%s\","
            + "\"amount_minor\":150,\"currency\":\"EUR\",\"result\":\"declined\"}")
        .formatted(id, Instant.now(), id);
  }

  private static String event(String id, String more) {
    return "{\"event_id\":\"%s\",\"device_id\":\"evo\",\"ts\":\"%s\"%s}"
        .formatted(id, Instant.now(), more);
  }

  private static void insert(Path file, String before, String what) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(before);
    int at = text.indexOf(before);
    Files.writeString(file, text.substring(0, at) + what + text.substring(at));
  }

  private void awaitProcessed(String id) throws InterruptedException {
    Until.holds(
        SOON,
        () ->
            client.number(
                    "SELECT count(*) FROM devices_processed.telemetry WHERE _event_id='" + id + "'")
                == 1,
        id + " is processed");
  }

  /** The job's number of checkpoints starts anew when it is restarted, so that this tells it. */
  private String jobState() throws Exception {
    Path checkpoints = yaml.resolveSibling("../../data/flink").normalize();
    try (var files = Files.walk(checkpoints, 4)) {
      return files
          .filter(f -> f.getFileName().toString().matches("[0-9a-f]{32}"))
          .sorted()
          .toList()
          .toString();
    }
  }

  private boolean jobIsRunning() throws Exception {
    JsonNode job =
        Until.fits(
            SOON,
            () -> client.status().path("jobs").path(0),
            j -> j.path("state").asText().equals("RUNNING"),
            () -> "the job does not run");
    return job.path("name").asText().equals("devices-lake");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new java.util.ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
