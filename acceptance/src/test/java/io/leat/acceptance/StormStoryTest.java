package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.action.twin.ServiceNowTwin;
import io.leat.action.twin.TwinFaults;
import io.leat.action.twin.TwinSettings;
import io.leat.action.twin.TwinStatistics;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything breaks at once, the ticket system takes a few requests a second, fails one in five,
 * does some without an answer and sleeps now and then, and Leat is killed twice in the middle:
 * afterwards there is one ticket per incident, in the right state, and the ticket system was never
 * asked more than it allows.
 *
 * <p>{@code -Dleat.faults.seed=N} repeats a run's kills and the requests that fail.
 */
@Order(76)
class StormStoryTest {
  private static final Duration RECOVERY = Duration.ofMinutes(2);
  private static final int KILLS = 2;
  private static final int FAIL_ONE_IN = 5;

  /** As many do what was asked for and never answer, and as many find an instance that sleeps. */
  private static final int LOSE_ONE_IN = 40;

  /** Requests of which it is certain that a tenth fails. */
  private static final int MANY = 300;

  private static final int PAGE = 500;
  private static final int SHOWN = 5;

  /** What rounding makes. */
  private static final double NEVER_LATE = 1e-6;

  /** On a machine that builds other things besides, a thread may wait for a tenth of a second. */
  private static final double SLIGHTLY_LATE = 0.5;

  /** At a hundred requests a second that is a quarter of a second. */
  private static final double LATE_AT_SPEED = 25;

  private static final String NEW = "1";
  private static final String RESOLVED = "6";

  /** It fails one in five. */
  private static final String WORKS = "delivered|retry";

  private final Path directory;
  private final long seed = Long.getLong("leat.faults.seed", System.nanoTime() & 0xFFFF_FFFFL);
  private final Random random = new Random(seed);
  private final String port = String.valueOf(Ports.free());
  private final Vertx vertx = Vertx.vertx();

  StormStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void closeTheTwin() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aStormIsOneTicketPerIncidentWithinTheLimit() throws Exception {
    run(
        new TestingStorm.Size(400, 10, 10, Duration.ofSeconds(8)),
        "5/s",
        5,
        SLIGHTLY_LATE,
        LOSE_ONE_IN,
        Duration.ofMinutes(3));
  }

  /** 100,000 alerts in a minute, from 10,000 devices of 200 sites. */
  @Test
  @Tag("slow")
  void aGreatStormIsOneTicketPerIncidentWithinTheLimit() throws Exception {
    run(
        new TestingStorm.Size(10_000, 200, 10, Duration.ofSeconds(60)),
        "5/s",
        5,
        NEVER_LATE,
        LOSE_ONE_IN,
        Duration.ofMinutes(15));
  }

  /** Nothing is grouped: 10,000 tickets. */
  @Test
  @Tag("slow")
  void anUngroupedStormIsATicketPerDeviceWithinTheLimit() throws Exception {
    run(
        new TestingStorm.Size(10_000, 10_000, 2, Duration.ofSeconds(60)),
        "100/s, concurrency: 16",
        100,
        LATE_AT_SPEED,
        0,
        Duration.ofMinutes(30));
  }

  private static TwinFaults faults(int loseOneIn) {
    TwinFaults none = TwinFaults.NONE;
    return new TwinFaults(
        FAIL_ONE_IN, loseOneIn, loseOneIn, 0, none.slowness(), none.silence(), none.commitBehind());
  }

  /**
   * @param limit as a target's rate says it, and perhaps more of the target
   * @param perSecond the same as a number
   * @param late by how much of a request the limit may be exceeded because requests do not take the
   *     same time to arrive
   * @param loseOneIn how many requests go with one whose answer is lost; 0: none is
   */
  private void run(
      TestingStorm.Size size,
      String limit,
      int perSecond,
      double late,
      int loseOneIn,
      Duration settles)
      throws Exception {
    System.out.println("storm with -Dleat.faults.seed=" + seed);
    TwinSettings settings =
        TwinSettings.of(0, Map.of("leat", "pw"))
            .withLimit(perSecond)
            .withFaults(faults(loseOneIn), seed);
    try (ServiceNowTwin twin = new ServiceNowTwin(vertx, settings, InstantSource.system())) {
      run(size, limit, twin, settles);
      checkLimit(twin.statistics(), late);
    } catch (AssertionError | Exception e) {
      throw new AssertionError("Repeat with -Dleat.faults.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  private void run(TestingStorm.Size size, String limit, ServiceNowTwin twin, Duration settles)
      throws Exception {
    Path blueprint = blueprint(limit, twin);
    Path data = directory.resolve("data");
    LeatProcess leat = up(blueprint, data);
    try {
      TestingClient client = leat.awaitReady(data);
      Files.createDirectories(data.resolve("secrets"));
      Files.writeString(data.resolve("secrets/snow"), "leat:pw\n");
      TestingClient.Answer tested = client.post("/v1/targets/storm.snow/test", "");
      assertThat(tested.json().path("outcome").asText()).as(tested::toString).matches(WORKS);
      long began = System.nanoTime();
      Map<String, TestingStorm.Truth> truth;
      try (TestingStorm storm = new TestingStorm(size, kafka(client))) {
        for (int kill = 0; kill < KILLS; kill++) {
          awaitTheMiddle(storm, twin, kill);
          leat.signal("KILL");
          leat.await(RECOVERY);
          leat = up(blueprint, data);
          client = leat.awaitReady(data);
        }
        truth = storm.await();
      }
      long stormed = System.nanoTime() - began;
      Map<String, String> ids = awaitIncidents(client, truth, settles);
      awaitDeliveries(client, settles);
      tell(size, stormed, System.nanoTime() - began, twin.statistics());
      checkTickets(twin, truth, ids);
    } finally {
      leat.close();
    }
  }

  /** While alerts come, and while the ticket system is being asked. */
  private void awaitTheMiddle(TestingStorm storm, ServiceNowTwin twin, int kill)
      throws InterruptedException {
    double from = (0.2 + random.nextDouble() * 0.25) * (kill + 1);
    long asked = twin.statistics().requests();
    Until.holds(
        RECOVERY,
        () -> storm.progress() >= from && twin.statistics().requests() >= asked + 10,
        "the storm is in its middle");
    Thread.sleep(random.nextInt(1_000));
  }

  private Path blueprint(String limit, ServiceNowTwin twin) throws IOException {
    Path folder = directory.resolve("blueprints").resolve(TestingStorm.BLUEPRINT);
    Files.createDirectories(folder.resolve("schemas"));
    Files.writeString(
        folder.resolve("schemas/reading.json"),
        """
        {"type": "object", "required": ["device"], "properties": {
          "device": {"type": "string"}, "level": {"type": "number"}}}
        """);
    Files.writeString(
        folder.resolve("blueprint.yaml"),
        """
        blueprint: %s
        owner: test
        streams:
          reading: {schema: schemas/reading.json, key: device}
        detectors:
          %s:
            threshold: {stream: reading, when: "level > 90", count: 3, within: 60s, until: "level < 80"}
            severity: major
            labels: {%s: any}
            group-by: [labels.%s]
        routes:
          default: {to: [snow]}
        targets:
          snow: {kind: servicenow, url: "%s", auth: "${secret:snow}", allow-private: true, timeout: 2s, retry: {first: 500ms, most: 10s}, rate: %s}
        """
            .formatted(
                TestingStorm.BLUEPRINT,
                TestingStorm.DETECTOR,
                TestingStorm.SITE,
                TestingStorm.SITE,
                twin.uri(),
                limit));
    return folder;
  }

  private LeatProcess up(Path blueprint, Path data) throws IOException {
    return LeatProcess.up(directory, blueprint, data, port, "");
  }

  private static String kafka(TestingClient client) throws Exception {
    for (JsonNode component : client.status().path("components")) {
      if (component.path("name").asText().equals("kafka")) {
        return component.path("address").asText();
      }
    }
    throw new AssertionError("no kafka among the components");
  }

  /** Waits until each site has the one incident that it has to have; their sites by id. */
  private static Map<String, String> awaitIncidents(
      TestingClient client, Map<String, TestingStorm.Truth> truth, Duration within)
      throws Exception {
    Map<String, TestingStorm.Truth> wanted = new TreeMap<>();
    truth.forEach((site, what) -> wanted.put("labels." + TestingStorm.SITE + "=" + site, what));
    Until.fits(
        within,
        () -> differences(incidents(client), wanted),
        List::isEmpty,
        () -> "the incidents are not what was said");
    Map<String, String> ids = new HashMap<>();
    for (JsonNode one : incidents(client)) {
      String group = one.path("group").asText();
      ids.put(one.path("id").asText(), group.substring(group.indexOf('=') + 1));
    }
    return ids;
  }

  private static List<JsonNode> incidents(TestingClient client) throws Exception {
    List<JsonNode> all = new ArrayList<>();
    String after = "";
    do {
      TestingClient.Answer answer = client.get("/v1/incidents?limit=" + PAGE + after);
      assertThat(answer.status()).as(answer::toString).isEqualTo(200);
      answer.json().path("incidents").forEach(all::add);
      after = "&after=" + answer.json().path("next").asText();
    } while (!after.endsWith("=null"));
    return all;
  }

  /** At most some. */
  private static List<String> differences(
      List<JsonNode> found, Map<String, TestingStorm.Truth> wanted) {
    Map<String, TestingStorm.Truth> missing = new TreeMap<>(wanted);
    List<String> differences = new ArrayList<>();
    for (JsonNode one : found) {
      TestingStorm.Truth truth = missing.remove(one.path("group").asText());
      boolean isRight =
          truth != null
              && one.path("state").asText().equals(truth.firing() > 0 ? "open" : "resolved")
              && one.path("firing").asInt() == truth.firing()
              && one.path("total").asInt() == truth.total();
      if (!isRight) {
        differences.add(truth + " is " + one);
      }
    }
    missing.forEach((group, truth) -> differences.add(group + ", " + truth + ", is missing"));
    return List.copyOf(differences.subList(0, Math.min(SHOWN, differences.size())));
  }

  private static void awaitDeliveries(TestingClient client, Duration within)
      throws InterruptedException {
    JsonNode target =
        Until.fits(
            within,
            () -> client.get("/v1/targets").json().path("targets").path(0),
            status -> status.path("waiting").asInt(-1) == 0,
            () -> "the ticket system is not told all");
    assertThat(target.path("dead_letters").asInt(-1)).as(target::toString).isZero();
  }

  /** One per incident, none besides, each in its incident's state. */
  private static void checkTickets(
      ServiceNowTwin twin, Map<String, TestingStorm.Truth> truth, Map<String, String> ids) {
    assertThat(ids.values()).containsExactlyInAnyOrderElementsOf(truth.keySet());
    Map<String, String> wanted = new TreeMap<>();
    ids.forEach(
        (id, site) ->
            wanted.put(
                "leat-" + id,
                Objects.requireNonNull(truth.get(site)).firing() > 0 ? NEW : RESOLVED));
    Map<String, String> found = new TreeMap<>();
    for (Map<String, String> ticket : twin.incidents()) {
      String before = found.put(ticket.get("correlation_id"), ticket.get("state"));
      assertThat(before).as("two tickets of " + ticket.get("correlation_id")).isNull();
    }
    assertThat(found).isEqualTo(wanted);
  }

  /** At most {@code limit x t + 1} requests in any time {@code t}, and many of them failed. */
  private static void checkLimit(TwinStatistics statistics, double late) {
    assertThat(statistics.excess()).as(statistics::toString).isLessThanOrEqualTo(late);
    assertThat(statistics.byStatus().getOrDefault(429, 0)).as(statistics::toString).isZero();
    // Which fail is by chance: of a few dozen there may be half as many as one in five.
    int least =
        statistics.requests() < MANY ? 1 : (int) (statistics.requests() / (2 * FAIL_ONE_IN));
    assertThat(statistics.byStatus().getOrDefault(500, 0))
        .as(statistics::toString)
        .isGreaterThanOrEqualTo(least);
  }

  private static void tell(
      TestingStorm.Size size, long stormed, long settled, TwinStatistics statistics) {
    System.out.printf(
        Locale.ROOT,
        "storm: %,d alerts of %,d devices in %.1f s became %,d incidents over %d kills; all told"
            + " after %.1f s by %,d requests %s, at most %d in a second, at most %.3f above %d x t"
            + " + 1%n",
        size.alerts(),
        size.devices(),
        stormed / 1e9,
        size.sites(),
        KILLS,
        settled / 1e9,
        statistics.requests(),
        new TreeMap<>(statistics.byStatus()),
        statistics.mostInASecond(),
        statistics.excess(),
        statistics.limit());
  }
}
