package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Engines die or hang under a platform that goes on. The last to use the shared platform. */
@Order(90)
@ExtendWith(SharedPlatform.class)
class EngineOutageTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final long ANSWER_MILLIS = 5_000;

  private final TestingClient client;

  EngineOutageTest(SharedPlatform.Running leat) {
    this.client = leat.admin();
  }

  @Test
  void postgresIsKilledAndComesBackByItselfWhileEventsAreTaken() throws Exception {
    Books before = Books.settled(client);
    long killed = postmaster().pid();
    signal("KILL", List.of(postmaster()));

    long accepted = sendFor(Duration.ofSeconds(8), "pg-killed");

    assertThat(accepted).isPositive();
    Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready again");
    assertThat(postmaster().pid()).isNotEqualTo(killed);
    assertThat(Books.settled(client).since(before).logged()).isGreaterThanOrEqualTo(accepted);
    assertThat(jobState()).isEqualTo("RUNNING");
  }

  @Test
  void postgresHangsAndHealthNamesItWhileEventsAreTaken() throws Exception {
    Books before = Books.settled(client);
    List<ProcessHandle> all = postgres();
    long accepted;
    signal("STOP", all);
    try {
      accepted = sendFor(Duration.ofSeconds(5), "pg-hangs");
      JsonNode health =
          Until.fits(
                  Duration.ofSeconds(15),
                  () -> client.get("/health/ready"),
                  answer -> answer.status() == 503,
                  () -> "health does not tell of PostgreSQL")
              .json();
      assertThat(health.path("status").asText()).isEqualTo("not ready");
      assertThat(health.path("checks").path("postgres").asText()).isNotEqualTo("ready");
      assertThat(health.path("checks").path("kafka").asText()).isEqualTo("ready");
    } finally {
      signal("CONT", all);
    }
    assertThat(accepted).isPositive();
    Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready again");
    assertThat(Books.settled(client).since(before).logged()).isGreaterThanOrEqualTo(accepted);
  }

  @Test
  void noRouteFailsOtherwiseThanWith503WhenPostgresIsAway() throws Exception {
    EveryRoute routes = new EveryRoute(client);
    List<ProcessHandle> all = postgres();
    signal("STOP", all);
    try {
      routes.areAnsweredInAnOutage("PostgreSQL hangs");
      assertThat(routes.outcome("GET /v1/clients")).isEqualTo("state-unavailable");
      assertThat(routes.outcome("GET /v1/state/{table}")).isEqualTo("state-unavailable");
      assertThat(routes.outcome("GET /v1/sql/tables")).isEqualTo("lake-unavailable");
      assertThat(routes.outcome("GET /v1/trace/{id}")).isEqualTo("lake-unavailable");
      assertThat(routes.outcome("POST /v1/blueprints/apply")).isEqualTo("lake-unavailable");
      statusTellsWhatItKnowsWithoutPostgres();
      routes.areAnsweredInAnOutage("PostgreSQL hangs on");
    } finally {
      signal("CONT", all);
    }
    isWellAgain();

    signal("KILL", List.of(postmaster()));
    routes.areAnsweredInAnOutage("PostgreSQL was killed");
    isWellAgain();
  }

  private void statusTellsWhatItKnowsWithoutPostgres() throws Exception {
    JsonNode status = client.status();
    assertThat(status.path("unknown").findValuesAsText("section"))
        .containsExactly("ledger", "tables", "alerts");
    JsonNode postgres = status.path("components").path(1);
    assertThat(postgres.path("name").asText()).isEqualTo("postgres");
    assertThat(postgres.path("state").asText()).isEqualTo("down");
    assertThat(status.path("totals").path("logged").isIntegralNumber()).isTrue();
    assertThat(status.path("totals").path("raw").isNull()).isTrue();
    assertThat(status.path("streams")).isNotEmpty();
  }

  private void isWellAgain() throws Exception {
    Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready again");
    Until.holds(SOON, () -> client.status().path("unknown").isEmpty(), "the status knows all");
    Books.settled(client);
    assertThat(client.apply().status()).isEqualTo(200);
  }

  @Test
  void noRouteFailsOtherwiseThanWith503WhenTheQueryWorkersAreKilled() throws Exception {
    EveryRoute routes = new EveryRoute(client);
    assertThat(client.query("SELECT 1", 1).status()).isEqualTo(200);

    signal("KILL", workers());

    routes.areAnsweredInAnOutage("the query workers were killed");
    Until.holds(SOON, () -> client.query("SELECT 41 + 1", 1).status() == 200, "a query works");
  }

  @Test
  void noRouteFailsOtherwiseThanWith503WhenTheQueryWorkersHang() throws Exception {
    EveryRoute routes = new EveryRoute(client);
    assertThat(client.query("SELECT 1", 1).status()).isEqualTo(200);

    signal("STOP", workers());

    routes.areAnsweredInAnOutage("the query workers hang");
    Until.holds(SOON, () -> client.query("SELECT 41 + 1", 1).status() == 200, "a query works");
  }

  @Test
  void aQueryWhoseWorkerIsKilledFailsAndTheNextOneWorks() throws Exception {
    CompletableFuture<TestingClient.Answer> query =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.query(
                    "SELECT count(*) FROM range(1000000) a, range(1000000) b"
                        + " WHERE a.range % 7 = b.range % 11",
                    1);
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    Until.holds(SOON, () -> client.get("/metrics").text().contains("leat_query_running 1"), "runs");

    signal("KILL", workers());

    TestingClient.Answer failed = query.get(20, TimeUnit.SECONDS);
    assertThat(failed.status()).as(failed::toString).isEqualTo(503);
    assertThat(failed.code()).isEqualTo("query-engine-unavailable");
    Until.holds(
        SOON, () -> client.query("SELECT 41 + 1", 1).status() == 200, "the next query works");
  }

  /** Sends one event after the other; each is answered in time, with 202 or 503. */
  private long sendFor(Duration time, String run) throws Exception {
    long accepted = 0;
    long until = System.nanoTime() + time.toNanos();
    for (int i = 0; System.nanoTime() < until; i++) {
      String event =
          "{\"event_id\":\"%s-%d\",\"device_id\":\"outage\",\"ts\":\"%s\"}"
              .formatted(run, i, Instant.now());
      TestingClient.Answer answer = client.send("devices.telemetry", event);
      assertThat(answer.status()).as(answer::toString).isIn(202, 503);
      assertThat(answer.millis()).isLessThan(ANSWER_MILLIS);
      accepted += answer.status() == 202 ? 1 : 0;
      Thread.sleep(20);
    }
    return accepted;
  }

  private String jobState() throws Exception {
    return client.status().path("jobs").path(0).path("state").asText();
  }

  private static List<ProcessHandle> postgres() {
    return ProcessHandle.current()
        .descendants()
        .filter(p -> p.info().command().orElse("").endsWith("/postgres"))
        .toList();
  }

  /** The one that is not a child of another. */
  private static ProcessHandle postmaster() throws InterruptedException {
    return Until.fits(
            SOON,
            () ->
                postgres().stream()
                    .filter(p -> p.parent().filter(postgres()::contains).isEmpty())
                    .toList(),
            found -> found.size() == 1,
            () -> "there is not one PostgreSQL")
        .get(0);
  }

  private static List<ProcessHandle> workers() {
    List<ProcessHandle> workers =
        ProcessHandle.current()
            .children()
            .filter(
                p ->
                    p.info().commandLine().orElse("").contains("QueryWorker")
                        || List.of(p.info().arguments().orElse(new String[0])).stream()
                            .anyMatch(a -> a.endsWith(".QueryWorker")))
            .toList();
    assertThat(workers).isNotEmpty();
    return workers;
  }

  private static void signal(String name, List<ProcessHandle> processes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    processes.forEach(p -> command.add(String.valueOf(p.pid())));
    assertThat(new ProcessBuilder(command).start().waitFor()).isEqualTo(0);
  }
}
