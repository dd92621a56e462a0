package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Records that a schema or a rule kept out come in after all, once, when it was mended. */
@Order(70)
@TestMethodOrder(MethodOrderer.MethodName.class)
@ExtendWith(SharedPlatform.class)
class RedriveStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String STREAM = "devices.telemetry";
  private static final String REDRIVE = "/v1/quarantine/redrive";

  private final SharedPlatform.Running leat;
  private final TestingClient client;

  RedriveStoryTest(SharedPlatform.Running leat) {
    this.leat = leat;
    this.client = leat.admin();
  }

  /** One that the gateway refuses and one that a rule quarantines; then both are mended. */
  @Test
  void aMendedSchemaAndRuleLetInWhatTheyKeptOutOnce() throws Exception {
    Path yaml = leat.blueprint().resolve("blueprint.yaml");
    Path schema = leat.blueprint().resolve("schemas/telemetry.json");
    String yamlBefore = Files.readString(yaml);
    String schemaBefore = Files.readString(schema);
    assertThat(schemaBefore).contains("\"seq\": {");
    assertThat(client.send(STREAM, event("red-hot", ",\"temperature_c\":155")).status())
        .isEqualTo(202);
    TestingClient.Answer refused = client.send(STREAM, event("red-seq", ",\"seq\":-1"));
    assertThat(refused.status()).isEqualTo(422);
    String hot = idOf("red-hot", false);
    String seq = idOf("red-seq", true);
    Books start = Books.settled(client);
    assertThat(show(hot).path("now").path("would_be").asText()).isEqualTo("quarantined");
    assertThat(show(seq).path("now").path("would_be").asText()).isEqualTo("refused");
    try {
      Files.writeString(yaml, yamlBefore.replace("temperature_c < 150", "temperature_c < 160"));
      int at = schemaBefore.indexOf("\"minimum\": 0", schemaBefore.indexOf("\"seq\": {"));
      Files.writeString(
          schema,
          schemaBefore.substring(0, at)
              + "\"minimum\": -9"
              + schemaBefore.substring(at + "\"minimum\": 0".length()));
      TestingClient.Answer applied = client.apply();
      assertThat(applied.status()).as(applied::toString).isEqualTo(200);

      JsonNode shown = show(hot);
      assertThat(shown.path("payload").asText()).contains("\"event_id\":\"red-hot\"");
      assertThat(shown.path("code").asText()).isEqualTo("quality-rule-failed");
      assertThat(shown.path("now").path("would_be").asText()).isEqualTo("processed");
      assertThat(shown.path("schema_version_now").asInt())
          .isGreaterThan(shown.path("schema_version").asInt());
      JsonNode dry = redrive(ids(hot, seq).put("dry_run", true));
      assertThat(actions(dry))
          .containsExactlyInAnyOrder("would-redrive processed", "would-redrive processed");
      assertThat(client.get("/v1/quarantine/redrives?run=x").json().path("redrives")).isEmpty();
      assertThat(Books.settled(client)).isEqualTo(start);

      JsonNode done = redriven(ids(hot, seq).put("reason", "the limits were too narrow"));
      assertThat(states(done)).containsExactlyInAnyOrder("processed", "processed");
      assertThat(done.path(0).path("reason").asText()).isEqualTo("the limits were too narrow");
      assertThat(processed("red-hot")).isEqualTo(1);
      assertThat(processed("red-seq")).isEqualTo(1);
      assertThat(Books.settled(client).since(start)).isEqualTo(new Books(2, 2, 2, 0, 0));
      assertThat(
              client
                  .rows(
                      "SELECT attributes['leat_redrive'], supplied FROM devices_raw.telemetry"
                          + " WHERE event_id = 'red-hot' AND attributes IS NOT NULL")
                  .toString())
          .isEqualTo("[[\"" + hot + ";1\",\"r\"]]");
      assertThat(
              client.number(
                  "SELECT count(DISTINCT received_at) FROM devices_raw.telemetry"
                      + " WHERE event_id = 'red-hot'"))
          .as("the time of receipt is the first one's")
          .isEqualTo(1);

      JsonNode again = redrive(ids(hot, seq));
      assertThat(actions(again))
          .containsExactlyInAnyOrder("skipped processed", "skipped processed");
      assertThat(Books.settled(client).since(start)).isEqualTo(new Books(2, 2, 2, 0, 0));
      assertThat(listed(hot).path("redrive").path("state").asText()).isEqualTo("processed");

      String sentAs = show(hot).path("attempts").path(0).path("sent_as").asText();
      assertThat(sentAs).startsWith("q:" + STREAM);
      forgetThatItWasSent(hot);
      assertThat(actions(redrive(ids(hot)))).containsExactly("skipped planned");
      JsonNode found =
          Until.fits(
              SOON,
              () -> show(hot).path("attempts"),
              attempts -> attempts.path(0).path("state").asText().equals("processed"),
              () -> "it is not found where it was sent");
      assertThat(found).hasSize(1);
      assertThat(found.path(0).path("sent_as").asText()).isEqualTo(sentAs);
      assertThat(processed("red-hot")).isEqualTo(1);
      assertThat(Books.settled(client).since(start)).isEqualTo(new Books(2, 2, 2, 0, 0));
    } finally {
      Files.writeString(yaml, yamlBefore);
      Files.writeString(schema, schemaBefore);
      assertThat(client.apply().status()).isEqualTo(200);
    }
  }

  /** As if the process had died before it noted that the log has the record. */
  private void forgetThatItWasSent(String id) throws Exception {
    update(
        "update redrive set state = 'planned', sent_as = null, log_offset = null, code = null,"
            + " detail = null, changed_at = changed_at - interval '1 minute' where origin = '"
            + id
            + "'");
  }

  @Test
  void ofTwoWhoRedriveTheSameAtOnceOneDoes() throws Exception {
    String id = conflictFree("red-race");
    Books start = Books.settled(client);
    List<CompletableFuture<JsonNode>> callers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      callers.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return redrive(ids(id));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }

    long planned = 0;
    for (CompletableFuture<JsonNode> caller : callers) {
      planned += caller.get().path("planned").asLong();
    }

    assertThat(planned).isEqualTo(1);
    settle();
    assertThat(Books.settled(client).since(start)).isEqualTo(new Books(1, 1, 0, 0, 1));
  }

  /** A client that corrects and resends an event is not overruled. */
  @Test
  void whatTheClientSentAgainMeanwhileMakesItAConflict() throws Exception {
    String id = conflictFree("red-resent");
    assertThat(client.send(STREAM, event("red-resent", ",\"temperature_c\":20")).status())
        .isEqualTo(202);
    Books start = Books.settled(client);

    JsonNode done = redriven(ids(id));

    assertThat(states(done)).containsExactly("conflict");
    assertThat(done.path(0).path("code").asText()).isEqualTo("event-id-conflict");
    assertThat(done.path(0).path("detail").asText()).startsWith("not sent: the event is in ");
    assertThat(processed("red-resent")).isEqualTo(1);
    assertThat(Books.settled(client)).isEqualTo(start);
  }

  @Test
  void whatIsQuarantinedAgainIsRedrivenUnderItsFirstName() throws Exception {
    String id = conflictFree("red-again");
    String second = redriven(ids(id)).path(0).path("sent_as").asText();
    Until.holds(SOON, () -> idsOf("red-again").contains(second), "it is quarantined again");
    assertThat(listed(second).path("redrive_of").asText()).isEqualTo(id);

    JsonNode done = redriven(ids(second));

    assertThat(done.path(0).path("id").asText()).isEqualTo(id);
    assertThat(done.path(0).path("attempt").asInt()).isEqualTo(2);
    assertThat(states(done)).containsExactly("quarantined");
  }

  @Test
  void aRefusedRecordOfWhichOnlyAPartWasKeptIsRefusedAgainAndSaysSo() throws Exception {
    String more = ",\"seq\":-1,\"note\":\"" + "x".repeat(70_000) + "\"";
    assertThat(client.send(STREAM, event("red-long", more)).status()).isEqualTo(422);
    String id = idOf("red-long", true);

    JsonNode done = redriven(ids(id));

    assertThat(states(done)).containsExactly("refused");
    assertThat(done.path(0).path("code").asText()).isEqualTo("payload-truncated");
  }

  @Test
  void whoMayLookAndWhoMayRedrive() throws Exception {
    String id = conflictFree("red-who");
    TestingClient other =
        client.as(client.newKey("red-other", "\"read\",\"operate\"", "\"devices.fault\""));
    TestingClient reader = client.as(client.newKey("red-reader", "\"read\"", "\"devices.*\""));

    assertThat(reader.get(path(id)).status()).isEqualTo(200);
    assertThat(reader.post(REDRIVE, ids(id).toString()).status()).isEqualTo(403);
    assertThat(other.get("/v1/quarantine?stream=" + STREAM).status()).isEqualTo(403);
    assertThat(other.get(path(id)).status()).isEqualTo(404);
    assertThat(other.post(REDRIVE, ids(id).toString()).status()).isEqualTo(403);
    other
        .get("/v1/quarantine?limit=10000")
        .json()
        .path("records")
        .forEach(r -> assertThat(r.path("stream").asText()).isEqualTo("devices.fault"));
    JsonNode groups = reader.get("/v1/quarantine?summary=true").json().path("groups");
    assertThat(groups.findValuesAsText("code")).contains("quality-rule-failed");
    assertThat(client.post(REDRIVE, "{}").status()).isEqualTo(400);
    assertThat(client.get(path("q:devices.telemetry:1/0/999999999")).status()).isEqualTo(404);
    assertThat(client.get(path("nothing")).status()).isEqualTo(400);
  }

  /** A record that a rule keeps out and goes on to keep out. */
  private String conflictFree(String eventId) throws Exception {
    assertThat(client.send(STREAM, event(eventId, ",\"temperature_c\":900")).status())
        .isEqualTo(202);
    return idOf(eventId, false);
  }

  private static String event(String id, String more) {
    return "{\"event_id\":\"%s\",\"device_id\":\"red\",\"ts\":\"%s\"%s}"
        .formatted(id, Instant.now(), more);
  }

  private String idOf(String eventId, boolean rejected) throws Exception {
    return Until.fits(
            SOON,
            () -> {
              List<String> ids = new ArrayList<>();
              client
                  .get("/v1/quarantine?limit=1000&stream=" + STREAM + "&rejected=" + rejected)
                  .json()
                  .path("records")
                  .forEach(
                      r -> {
                        if (show(r.path("id").asText())
                            .path("payload")
                            .asText()
                            .contains(eventId)) {
                          ids.add(r.path("id").asText());
                        }
                      });
              return ids;
            },
            ids -> !ids.isEmpty(),
            () -> eventId + " is not kept")
        .get(0);
  }

  private List<String> idsOf(String eventId) throws Exception {
    List<String> ids = new ArrayList<>();
    client
        .get("/v1/quarantine?limit=10000&stream=" + STREAM)
        .json()
        .path("records")
        .forEach(
            r -> {
              if (r.path("event_id").asText().equals(eventId)) {
                ids.add(r.path("id").asText());
              }
            });
    return ids;
  }

  private static String path(String id) {
    return "/v1/quarantine/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
  }

  private JsonNode show(String id) {
    try {
      TestingClient.Answer answer = client.get(path(id));
      assertThat(answer.status()).as(answer::toString).isEqualTo(200);
      return answer.json();
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode listed(String id) throws Exception {
    for (JsonNode record :
        client.get("/v1/quarantine?limit=10000&stream=" + STREAM).json().path("records")) {
      if (record.path("id").asText().equals(id)) {
        return record;
      }
    }
    throw new AssertionError(id + " is not listed");
  }

  private static ObjectNode ids(String... ids) {
    ObjectNode body = TestingClient.JSON.createObjectNode();
    for (String id : ids) {
      body.withArray("ids").add(id);
    }
    return body;
  }

  private JsonNode redrive(ObjectNode body) throws Exception {
    TestingClient.Answer answer = client.post(REDRIVE, body.toString());
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
    return answer.json();
  }

  /** Until each has its outcome. */
  private JsonNode redriven(ObjectNode body) throws Exception {
    JsonNode answer = redrive(body);
    assertThat(answer.path("planned").asInt())
        .as(answer::toString)
        .isEqualTo(body.path("ids").size());
    String run = answer.path("run").asText();
    return Until.fits(
        SOON,
        () -> client.get("/v1/quarantine/redrives?limit=1000&run=" + run).json().path("redrives"),
        redrives ->
            states(redrives).stream().noneMatch(s -> s.equals("planned") || s.equals("sent")),
        () -> "the redrive does not end");
  }

  private void settle() throws Exception {
    Until.holds(
        SOON,
        () ->
            states(client.get("/v1/quarantine/redrives?limit=1000").json().path("redrives"))
                .stream()
                .noneMatch(s -> s.equals("planned") || s.equals("sent")),
        "all redrives end");
  }

  private static List<String> states(JsonNode redrives) {
    return redrives.findValuesAsText("state");
  }

  private static List<String> actions(JsonNode answer) {
    List<String> actions = new ArrayList<>();
    answer
        .path("records")
        .forEach(r -> actions.add(r.path("action").asText() + " " + r.path("state").asText()));
    return actions;
  }

  private long processed(String eventId) throws Exception {
    return client.number(
        "SELECT count(*) FROM devices_processed.telemetry WHERE _event_id = '" + eventId + "'");
  }

  private void update(String sql) throws Exception {
    String url =
        leat.platform().components().stream()
            .filter(c -> c.name().equals("postgres"))
            .map(c -> "jdbc:" + c.address())
            .findFirst()
            .orElseThrow();
    String password = Files.readString(leat.directory().resolve("data/postgres.password")).strip();
    try (Connection connection = DriverManager.getConnection(url, "leat", password);
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    }
  }
}
