package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.leat.action.twin.ServiceNowTwin;
import io.leat.action.twin.TwinSettings;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines go offline, overheat and recover: each cause is one incident and one ticket, and Leat's
 * own absence is none.
 */
@Order(76)
class DetectStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int FLEET = 200;

  /** Longer than a machine may be silent. */
  private static final Duration AWAY = Duration.ofSeconds(18);

  private static final String NEW = "1";
  private static final String RESOLVED = "6";

  private final Path directory;
  private final Path data;
  private final Path blueprint;
  private final String port;
  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger beats = new AtomicInteger();
  private final HttpServer monitor;
  private ServiceNowTwin twin;

  DetectStoryTest(@TempDir Path directory) throws Exception {
    this.directory = directory;
    this.data = directory.resolve("data");
    this.blueprint = Repository.copyOfBlueprint("devices", directory.resolve("blueprints"));
    this.port = String.valueOf(Ports.free());
    this.monitor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /** An outside monitor, which would call somebody when it hears nothing. */
  @BeforeEach
  void aMonitorListens() {
    monitor.createContext(
        "/alive",
        exchange -> {
          beats.incrementAndGet();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    monitor.start();
  }

  @BeforeEach
  void aFleetThatIsSilentSooner() throws Exception {
    twin =
        new ServiceNowTwin(vertx, TwinSettings.of(0, Map.of("leat", "pw")), InstantSource.system());
    Files.createDirectories(data.resolve("secrets"));
    Files.writeString(data.resolve("secrets/snow"), "leat:pw\n");
    change("after: 90s, grace: 60s", "after: 12s, grace: 6s");
    change("to: [log]\n  default", "to: [log, snow]\n  default");
    change(
        "targets:\n",
        "targets:\n  snow: {kind: servicenow, url: \"%s\", auth: \"${secret:snow}\", allow-private: true, rate: 50/s}\n"
            .formatted(twin.uri()));
  }

  @AfterEach
  void end() throws Exception {
    monitor.stop(0);
    twin.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private void change(String from, String to) throws Exception {
    Path yaml = blueprint.resolve("blueprint.yaml");
    String text = Files.readString(yaml);
    assertThat(text).contains(from);
    Files.writeString(yaml, text.replace(from, to));
  }

  @Test
  void whatHappensToMachinesIsTicketsAndWhatHappensToLeatIsNone() throws Exception {
    TestingFleet fleet;
    String hot;
    try (LeatProcess leat = up()) {
      TestingClient client = leat.awaitReady(data);
      fleet = new TestingFleet(client, FLEET);
      fleet.awaitBeats(3);

      hot = aHotMachineIsATicket(client);
      fleet.silence(Set.of(3, 50, 199));
      offline(client, "open", Set.of(3, 50, 199));
      assertThat(tickets(NEW)).as("one each, and the hot one").hasSize(4);
      aMachinesStateSaysSo(client);

      Until.holds(SOON, () -> beats.get() >= 3, "the monitor hears nothing");

      leat.signal("KILL");
      leat.await(SOON);
    }
    int before = beats.get();
    Thread.sleep(AWAY.toMillis());
    assertThat(beats).as("nobody says that Leat is alive").hasValue(before);
    try (LeatProcess leat = up()) {
      TestingClient client = leat.awaitReady(data);
      fleet.awaitBeats(20); // longer than a machine may be silent, and than the grace

      offline(client, "open", Set.of(3, 50, 199));
      assertThat(incidents(client, "devices", "offline")).as("nobody else ever was").hasSize(3);
      assertThat(find(client, "overheating").path("id").asText()).isEqualTo(hot);
      Until.holds(SOON, () -> beats.get() > before, "the monitor does not hear it again");

      fleet.wake(Set.of(3, 50));
      offline(client, "resolved", Set.of(3, 50));
      aChangedRuleKeepsWhatItKnows(client, fleet);
      aCooledMachineClosesItsTicket(client, hot);

      aFleetThatIsSilentIsOneIncident(client, fleet);
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    } finally {
      fleet.close();
    }
  }

  private LeatProcess up() throws Exception {
    return LeatProcess.up(
        directory,
        blueprint,
        data,
        port,
        "heartbeat: {url: \"http://127.0.0.1:%d/alive\", interval: 1s, allow-private: true}\n"
            .formatted(monitor.getAddress().getPort()));
  }

  private String aHotMachineIsATicket(TestingClient client) throws Exception {
    heat(client, 91);
    heat(client, 92);
    awaitDegrees(client, 92);
    assertThat(incidents(client, "devices", "overheating")).as("twice is not enough").isEmpty();
    heat(client, 93);
    JsonNode incident = find(client, "overheating");
    assertThat(incident.path("summary").asText()).isEqualTo("machine-7 is at 93.0 degrees");
    assertThat(incident.path("severity").asText()).isEqualTo("critical");
    heat(client, 95);
    heat(client, 80); // neither hot nor cool: it stays as it is
    String id = incident.path("id").asText();
    ticket(id, NEW);
    return id;
  }

  private static void heat(TestingClient client, int degrees) throws Exception {
    TestingClient.Answer answer =
        client.send(
            "devices.telemetry",
            "{\"device_id\":\"machine-7\",\"ts\":\"%s\",\"temperature_c\":%d}"
                .formatted(Instant.now(), degrees));
    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
  }

  private void aMachinesStateSaysSo(TestingClient client) throws Exception {
    JsonNode offline =
        Until.fits(
            SOON,
            () -> client.get("/v1/state/devices.device/machine-50").json(),
            row -> row.path("status").asText().equals("offline"),
            () -> "machine-50 is not offline");
    assertThat(offline.path("incidents")).hasSize(1);
    JsonNode hot = client.get("/v1/state/devices.device/machine-7").json();
    assertThat(hot.path("status").asText()).isEqualTo("online");
    assertThat(hot.path("temperature_c").asDouble()).isEqualTo(80);
    assertThat(hot.path("firmware").asText()).isEqualTo("1.0");
    JsonNode list = client.get("/v1/state/devices.device?status=offline").json();
    assertThat(list.path("rows").findValuesAsText("device_id"))
        .containsExactlyInAnyOrder("machine-3", "machine-50", "machine-199");
  }

  /** By the events' way through the job, so that what is not there by then does not come. */
  private static void awaitDegrees(TestingClient client, int degrees) throws Exception {
    Until.fits(
        SOON,
        () -> client.get("/v1/state/devices.device/machine-7").json(),
        row -> row.path("temperature_c").asDouble() == degrees,
        () -> "machine-7 is not at " + degrees);
  }

  /**
   * The episode goes on under the new rule, and ends by it; who fell silent just before is missed.
   */
  private void aChangedRuleKeepsWhatItKnows(TestingClient client, TestingFleet fleet)
      throws Exception {
    fleet.silence(Set.of(120));
    change("until: \"temperature_c < 75\"", "until: \"temperature_c < 60\"");
    TestingClient.Answer applied = client.apply();
    assertThat(applied.status()).as(applied::toString).isEqualTo(200);
    assertThat(applied.text()).contains("the detect job was restarted from a savepoint");
    heat(client, 70);
    awaitDegrees(client, 70);
    assertThat(find(client, "overheating").path("state").asText()).isEqualTo("open");
    offline(client, "open", Set.of(120, 199));
    fleet.wake(Set.of(120));
    offline(client, "resolved", Set.of(3, 50, 120));
  }

  private void aCooledMachineClosesItsTicket(TestingClient client, String id) throws Exception {
    heat(client, 50);
    Until.fits(
        SOON,
        () -> find(client, "overheating"),
        one -> one.path("state").asText().equals("resolved"),
        () -> "a cooled machine is still hot");
    ticket(id, RESOLVED);
  }

  private void aFleetThatIsSilentIsOneIncident(TestingClient client, TestingFleet fleet)
      throws Exception {
    fleet.silence(IntStream.range(0, FLEET).boxed().collect(Collectors.toSet()));
    JsonNode silent =
        Until.fits(
                SOON,
                () -> open(client, "offline"),
                all ->
                    all.stream().anyMatch(one -> one.path("group").asText().endsWith("key=\"\"")),
                () -> "a silent stream is not told")
            .stream()
            .filter(one -> one.path("group").asText().endsWith("key=\"\""))
            .findFirst()
            .orElseThrow();
    assertThat(open(client, "offline")).as("and 199, which was before").hasSize(2);
    fleet.wake(IntStream.range(0, FLEET).boxed().collect(Collectors.toSet()));
    Until.holds(SOON, () -> open(client, "offline").isEmpty(), "the stream is not back");
    assertThat(silent.path("total").asInt()).isEqualTo(1);
  }

  private static List<JsonNode> open(TestingClient client, String detector) throws Exception {
    return incidents(client, "devices", detector).stream()
        .filter(one -> one.path("state").asText().equals("open"))
        .toList();
  }

  private static List<JsonNode> incidents(TestingClient client, String blueprint, String detector)
      throws Exception {
    TestingClient.Answer answer =
        client.get(
            "/v1/incidents?limit=1000&blueprint=%s&detector=%s".formatted(blueprint, detector));
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
    return List.copyOf(answer.json().path("incidents").findParents("id"));
  }

  /** The only incident of a detector. */
  private static JsonNode find(TestingClient client, String detector) throws Exception {
    return Until.fits(
            SOON,
            () -> incidents(client, "devices", detector),
            all -> all.size() == 1,
            () -> "there is not one incident of " + detector)
        .get(0);
  }

  private static void offline(TestingClient client, String state, Set<Integer> machines)
      throws Exception {
    Set<String> groups = new TreeSet<>();
    machines.forEach(one -> groups.add("detector=offline, key=" + TestingFleet.name(one)));
    Until.fits(
        SOON,
        () ->
            incidents(client, "devices", "offline").stream()
                .filter(one -> one.path("state").asText().equals(state))
                .map(one -> one.path("group").asText())
                .collect(Collectors.toSet()),
        groups::equals,
        () -> groups + " are not " + state);
  }

  private List<Map<String, String>> tickets(String state) throws Exception {
    return Until.fits(
            SOON,
            () -> twin.incidents().stream().filter(one -> state.equals(one.get("state"))).toList(),
            all -> all.size() >= 4,
            () -> "there are no tickets")
        .stream()
        .toList();
  }

  private void ticket(String incident, String state) throws Exception {
    Until.fits(
        SOON,
        () ->
            twin.incidents().stream()
                .filter(one -> ("leat-" + incident).equals(one.get("correlation_id")))
                .toList(),
        all -> all.size() == 1 && state.equals(all.get(0).get("state")),
        () -> "the ticket of " + incident + " is not in state " + state);
  }
}
