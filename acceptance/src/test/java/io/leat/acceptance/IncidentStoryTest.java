package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.action.twin.ServiceNowTwin;
import io.leat.action.twin.TwinSettings;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertId;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.Severity;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What detectors say becomes one incident and one ticket per cause, and ends with it. */
@Order(75)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(SharedPlatform.class)
class IncidentStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String NEW = "1";
  private static final String IN_PROGRESS = "2";
  private static final String RESOLVED = "6";

  /** Newer than that of any job, so that no firing set ends what this test says. */
  private static final long GENERATION = Long.MAX_VALUE / 2;

  private final SharedPlatform.Running leat;
  private final TestingClient client;
  private final Path yaml;
  private final Path secret;
  private final String yamlBefore;
  private final Vertx vertx = Vertx.vertx();
  private final ServiceNowTwin twin;
  private final KafkaProducer<byte[], byte[]> producer;

  IncidentStoryTest(SharedPlatform.Running leat) throws Exception {
    this.leat = leat;
    this.client = leat.admin();
    this.yaml = leat.blueprint().resolve("blueprint.yaml");
    this.yamlBefore = Files.readString(yaml);
    this.secret = leat.directory().resolve("data/secrets/snow");
    this.twin =
        new ServiceNowTwin(vertx, TwinSettings.of(0, Map.of("leat", "pw")), InstantSource.system());
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", address("kafka")),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  private String address(String component) {
    return leat.platform().components().stream()
        .filter(one -> one.name().equals(component))
        .findFirst()
        .orElseThrow()
        .address();
  }

  /** The blueprint's incidents that matter go to the twin from now on. */
  @BeforeAll
  void aTargetIsAddedToTheRunningBlueprint() throws Exception {
    Files.createDirectories(secret.getParent());
    Files.writeString(secret, "leat:wrong\n");
    assertThat(yamlBefore).contains("    to: [log]\n", "targets:\n");
    Files.writeString(
        yaml,
        yamlBefore
            .replace("    to: [log]\n", "    to: [log, snow]\n")
            .replace(
                "targets:\n",
                "targets:\n  snow: {kind: servicenow, url: \"%s\", auth: \"${secret:snow}\", allow-private: true, rate: 50/s}\n"
                    .formatted(twin.uri())));
    TestingClient.Answer applied = client.apply();
    assertThat(applied.status()).as(applied::toString).isEqualTo(200);

    LeatProcess.Result refused = command("", "target", "test", "devices.snow");
    assertThat(refused.exitCode()).as(refused::toString).isEqualTo(1);
    assertThat(refused.err()).startsWith("leat: target devices.snow does not work (refused): ");
    Files.writeString(secret, "leat:pw\n");
    assertThat(command("", "target", "test", "devices.snow").out())
        .isEqualTo("Target devices.snow works.\n");
  }

  @AfterAll
  void restore() throws Exception {
    Files.writeString(yaml, yamlBefore);
    TestingClient.Answer applied = client.apply();
    assertThat(applied.status()).as(applied::toString).isEqualTo(200);
    assertThat(applied.json().path("changes"))
        .anyMatch(change -> change.asText().startsWith("devices: the target 'snow' is removed; "));
    assertThat(client.get("/v1/deliveries?target=snow&state=waiting").json().path("deliveries"))
        .isEmpty();
    assertThat(client.get("/v1/targets").json().path("targets").findValuesAsText("target"))
        .containsExactly("log");
    Files.delete(secret);
    producer.close();
    twin.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void anIncidentIsOneTicketFromItsBeginningToItsEnd() throws Exception {
    say("story-hot", 1, Alert.State.FIRING, Severity.CRITICAL);
    JsonNode incident = incident("story-hot", "open");
    String id = incident.path("id").asText();
    assertThat(incident.path("severity").asText()).isEqualTo("critical");
    assertThat(incident.path("summary").asText()).isEqualTo("story-hot is hot");
    Map<String, String> ticket = ticket(id, NEW);
    assertThat(ticket.get("short_description")).contains("story-hot is hot");

    // The same once more, as after a restart of its job, is nothing new.
    say("story-hot", 1, Alert.State.FIRING, Severity.CRITICAL);
    act(id, "ack", "on my way");
    assertThat(ticket(id, IN_PROGRESS).get("number")).isEqualTo(ticket.get("number"));

    say("story-hot", 1, Alert.State.RESOLVED, Severity.CRITICAL);
    assertThat(incident("story-hot", "resolved").path("id").asText()).isEqualTo(id);
    assertThat(ticket(id, RESOLVED).get("number")).isEqualTo(ticket.get("number"));
    assertThat(client.get("/v1/incidents?key=story-hot").json().path("incidents")).hasSize(1);

    LeatProcess.Result listed = command("", "incident", "list", "--all", "--entity", "story-hot");
    assertThat(listed.out()).contains(id, "resolved", "critical", "story-hot is hot");
    assertThat(command("", "incident", "list", "--entity", "story-hot").out())
        .isEqualTo("No incident is open,acknowledged.\n");
    assertThat(command("", "incident", "show", id).out())
        .contains("on my way", "overheating", "story-hot", "acknowledged", "0 firing of 1");
    LeatProcess.Result told = command("", "delivery", "list", "--incident", id);
    assertThat(told.out())
        .containsPattern(id + " +devices.snow +done")
        .containsPattern(id + " +devices.log +done");
    assertThat(command("", "incident", "reopen", id, "--text", "hot again").out())
        .isEqualTo("Incident " + id + " is open by administrator.\n");
    assertThat(command("", "incident", "ack", id).exitCode()).isEqualTo(0);
    ticket(id, IN_PROGRESS);
    assertThat(command("", "incident", "give-back", id).out())
        .isEqualTo("Incident " + id + " is open by administrator.\n");
    ticket(id, NEW);
    assertThat(command("", "incident", "resolve", id).exitCode()).isEqualTo(0);
    assertThat(ticket(id, RESOLVED).get("number")).isEqualTo(ticket.get("number"));

    LeatProcess.Result closed = command("", "incident", "close", id, "--json");
    assertThat(TestingClient.JSON.readTree(closed.out()).path("state").asText())
        .isEqualTo("closed");
    LeatProcess.Result twice = command("", "incident", "close", id);
    assertThat(twice.exitCode()).isEqualTo(1);
    assertThat(twice.err()).contains("is closed; one cannot close it.", "(conflict)");
  }

  @Test
  void whatIsSilencedIsNotToldUntilTheSilenceEnds() throws Exception {
    LeatProcess.Result silenced =
        command(
            "",
            "silence",
            "add",
            "devices",
            "--match",
            "key=~story-quiet.*",
            "--for",
            "2h",
            "--reason",
            "a new door",
            "--json");
    assertThat(silenced.exitCode()).as(silenced::toString).isEqualTo(0);
    String silence = TestingClient.JSON.readTree(silenced.out()).path("id").asText();
    assertThat(command("", "silence", "list").out())
        .contains("key=~story-quiet.*", "a new door", "active");

    say("story-quiet-1", 2, Alert.State.FIRING, Severity.MAJOR);
    JsonNode quiet = incident("story-quiet-1", "open");
    assertThat(quiet.path("silenced").asBoolean()).isTrue();
    say("story-loud", 3, Alert.State.FIRING, Severity.MAJOR);
    String loud = incident("story-loud", "open").path("id").asText();
    Map<String, String> ticket = ticket(loud, NEW);
    assertThat(tickets(quiet.path("id").asText())).as("what came before is not told").isEmpty();

    assertThat(command("", "silence", "cancel", silence).out())
        .isEqualTo("Silence " + silence + " is cancelled.\n");
    ticket(quiet.path("id").asText(), NEW);

    twin.edit(
        ticket.get("number"),
        Map.of("state", RESOLVED, "close_code", "Solved", "close_notes", "fan replaced"),
        "ann");
    JsonNode resolved = incident("story-loud", "resolved");
    assertThat(resolved.path("by").asText()).isEqualTo("snow: ann");

    LeatProcess.Result group =
        command("", "incident", "silence", loud, "--for", "2h", "--reason", "a new fan");
    assertThat(group.out())
        .matches("Silence [0-9]+ on detector=overheating key=story-loud until [-0-9T:.]+Z\\.\n");
    String quieted = group.out().split(" ", 3)[1];
    assertThat(command("", "silence", "cancel", quieted).exitCode()).isEqualTo(0);
    act(quiet.path("id").asText(), "resolve", "");
  }

  @Test
  void whatRoutesSayToAnEventIsToldWithoutDeliveringIt() throws Exception {
    LeatProcess.Result page =
        command("{\"severity\":\"critical\"}", "route", "test", "-", "--blueprint", "devices");
    assertThat(page.out())
        .containsPattern("page +yes +log, snow +it matches")
        .containsPattern("default +no +log +others take it")
        .contains("It goes to log, snow.");
    LeatProcess.Result other =
        command(
            "{\"source\":\"leat.devices\",\"detail\":{\"severity\":\"info\"}}",
            "route",
            "test",
            "-");
    assertThat(other.out())
        .containsPattern(
            "page +no +log, snow +detail.severity: \"info\" is not \\[\"critical\",\"major\"]")
        .containsPattern("default +yes +log +no other takes it");
  }

  private void say(String key, long began, Alert.State state, Severity severity) throws Exception {
    LogPosition position = new LogPosition(1, "devices.telemetry", 0, began);
    Instant now = Instant.now();
    Alert alert =
        new Alert(
            AlertId.of("devices", "overheating", key, position),
            state,
            "devices",
            "b1",
            "overheating",
            "d1",
            "threshold",
            "telemetry",
            key,
            severity,
            key + (state == Alert.State.FIRING ? " is hot" : " is well"),
            now,
            now,
            Map.of("temperature_c", 91.5),
            Map.of(),
            List.of(position),
            null,
            GENERATION,
            now);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Names.alertsTopic("devices"),
            ("overheating|" + key).getBytes(StandardCharsets.UTF_8),
            AlertJson.encode(alert));
    record.headers().add("ce_type", AlertJson.type(state).getBytes(StandardCharsets.UTF_8));
    producer.send(record).get(20, TimeUnit.SECONDS);
  }

  /** The only incident of this entity, when it is in this state. */
  private JsonNode incident(String key, String state) throws Exception {
    return Until.fits(
            SOON,
            () -> client.get("/v1/incidents?blueprint=devices&key=" + key).json().path("incidents"),
            all -> all.size() == 1 && all.path(0).path("state").asText().equals(state),
            () -> "the incident of " + key + " is not " + state)
        .path(0);
  }

  private void act(String id, String action, String text) throws Exception {
    TestingClient.Answer answer =
        client.post("/v1/incidents/" + id + "/" + action, "{\"text\":\"" + text + "\"}");
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
  }

  private List<Map<String, String>> tickets(String incident) {
    return twin.incidents().stream()
        .filter(ticket -> ("leat-" + incident).equals(ticket.get("correlation_id")))
        .toList();
  }

  /** The only ticket of an incident, when it is in this state. */
  private Map<String, String> ticket(String incident, String state) throws InterruptedException {
    return Until.fits(
            SOON,
            () -> tickets(incident),
            all -> all.size() == 1 && state.equals(all.get(0).get("state")),
            () -> "the ticket of " + incident + " is not in state " + state)
        .get(0);
  }

  private LeatProcess.Result command(String input, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--url", client.base().toString(), "--key", client.key()));
    return LeatProcess.run(leat.directory(), input, all.toArray(String[]::new));
  }
}
