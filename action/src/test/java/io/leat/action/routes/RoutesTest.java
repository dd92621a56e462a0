package io.leat.action.routes;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.delivery.Deliveries;
import io.leat.action.delivery.DeliveryTarget;
import io.leat.action.incident.AlertMatcher;
import io.leat.action.target.HttpBudget;
import io.leat.action.target.Target;
import io.leat.action.target.TargetMemory;
import io.leat.action.target.TargetOutcome;
import io.leat.action.target.TargetRequest;
import io.leat.http.Bodies;
import io.leat.http.Health;
import io.leat.http.HttpService;
import io.leat.http.HttpSettings;
import io.leat.http.Identity;
import io.leat.http.OpenApiDocument;
import io.leat.http.OpenApiRoutes;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.http.StreamScope;
import io.leat.rules.incident.TargetSpec;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bearer such as {@code read+operate@devices.*} is a client with these roles and streams. */
class RoutesTest {
  private static final String ANN = "read+operate@devices.*";
  private static final DeliveryTarget TARGET =
      new DeliveryTarget(
          "devices",
          new TargetSpec(
              "log",
              "testing",
              Map.of(),
              new TargetSpec.Limits(
                  1_000,
                  Duration.ofSeconds(1),
                  1,
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(1),
                  Duration.ofHours(1))),
          new RefusingTarget());

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static TestingState state;
  private static TestingIntake intake;
  private static Vertx vertx;
  private static HttpService service;
  private static List<Routes> routes;

  @BeforeAll
  static void start() throws Exception {
    state = new TestingState();
    intake = new TestingIntake(state.database());
    vertx = Vertx.vertx();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Bodies bodies = new Bodies(vertx, registry);
    routes =
        List.of(
            new IncidentRoutes(
                vertx,
                bodies,
                intake.incidents(),
                intake.silences(),
                () -> Set.of("devices"),
                intake),
            new DeliveryRoutes(
                vertx,
                bodies,
                new Deliveries(state.database(), intake.outbox()),
                () -> List.of(TARGET)));
    service =
        new HttpService(
            vertx,
            HttpSettings.defaults().withAddress("127.0.0.1", 0),
            request -> Future.succeededFuture(identity(request.getHeader("Authorization"))),
            registry,
            routes,
            new Health(InstantSource.system(), Duration.ofMillis(50), Duration.ofMillis(300)));
    service.start().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static Identity identity(String bearer) {
    String[] parts = bearer.substring("Bearer ".length()).split("@", -1);
    Set<Role> roles = new java.util.HashSet<>();
    for (String role : parts[0].split("\\+", -1)) {
      roles.add(Role.of(role));
    }
    return new Identity(
        new Principal(bearer, parts[0], roles, new StreamScope(List.of(parts[1])), Set.of()), null);
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    state.close();
  }

  @BeforeEach
  void begin() {
    state.clear();
  }

  private record Answer(int status, JsonNode json) {}

  private static Answer send(String method, String path, String body, String bearer)
      throws Exception {
    HttpResponse<String> response =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .header("Authorization", "Bearer " + bearer)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), new ObjectMapper().readTree(response.body()));
  }

  private static Answer get(String path) throws Exception {
    return send("GET", path, "", ANN);
  }

  private static Answer post(String path, String body) throws Exception {
    return send("POST", path, body, ANN);
  }

  @Test
  void allRoutesAreDocumentedAndAllDocumentedRoutesAreThere() {
    assertThat(
            OpenApiRoutes.check(service.router(), OpenApiDocument.of(routes)).stream()
                .filter(problem -> problem.matches(".*/v1/(incidents|silences|deliver|targets).*")))
        .isEmpty();
  }

  @Test
  void incidentsAreListedByPagesAndFilters() throws Exception {
    intake.fires(alert("offline", "d-1", 1), alert("hot", "d-2", 1), alert("hot", "d-3", 1));

    JsonNode first = get("/v1/incidents?limit=2").json();
    assertThat(first.path("incidents")).hasSize(2);
    JsonNode second = get("/v1/incidents?limit=2&after=" + first.path("next").asText()).json();
    assertThat(second.path("incidents")).hasSize(1);
    assertThat(second.path("next").isNull()).isTrue();
    assertThat(get("/v1/incidents?detector=hot").json().path("incidents")).hasSize(2);
    assertThat(get("/v1/incidents?key=d-1&state=open,acknowledged").json().path("incidents"))
        .hasSize(1);
    assertThat(get("/v1/incidents?state=closed").json().path("incidents")).isEmpty();

    Answer wrong = get("/v1/incidents?state=opened");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().path("detail").asText())
        .isEqualTo("'state' is 'opened'; it is one of open, acknowledged, resolved, closed");
  }

  @Test
  void anIncidentIsAcknowledgedNotedAndResolvedAndTellsWhoDidIt() throws Exception {
    intake.fires(alert("offline", "d-1", 1));
    String path = "/v1/incidents/" + intake.only().id();

    assertThat(post(path + "/ack", "").json().path("state").asText()).isEqualTo("acknowledged");
    assertThat(post(path + "/note", "{\"text\": \"on my way\"}").status()).isEqualTo(200);
    assertThat(post(path + "/resolve", "{}").json().path("by").asText()).isEqualTo("read+operate");
    JsonNode shown = get(path).json();
    assertThat(shown.path("history")).hasSize(4);
    assertThat(shown.path("history").path(2).path("detail").asText()).isEqualTo("on my way");
    assertThat(shown.path("alerts").path(0).path("alert").path("key").asText()).isEqualTo("d-1");

    assertThat(post(path + "/ack", "").status()).isEqualTo(409);
    assertThat(post(path + "/note", "").status()).isEqualTo(400);
    assertThat(post(path + "/paint", "").status()).isEqualTo(404);
    assertThat(post("/v1/incidents/none/ack", "").status()).isEqualTo(404);
  }

  @Test
  void whoDoesNotReachTheBlueprintSeesAndDoesNothing() throws Exception {
    intake.fires(alert("offline", "d-1", 1));
    String path = "/v1/incidents/" + intake.only().id();
    String other = "read+operate@others.*";

    assertThat(send("GET", "/v1/incidents", "", other).json().path("incidents")).isEmpty();
    assertThat(send("GET", path, "", other).status()).isEqualTo(403);
    assertThat(send("POST", path + "/ack", "", other).status()).isEqualTo(403);
    assertThat(send("POST", path + "/ack", "", "read@devices.*").status()).isEqualTo(403);
    assertThat(send("GET", "/v1/deliveries", "", other).json().path("deliveries")).isEmpty();
    assertThat(send("GET", "/v1/deliveries/1", "", other).status()).isEqualTo(403);
    assertThat(send("GET", "/v1/targets", "", other).json().path("targets")).isEmpty();
    assertThat(send("POST", "/v1/targets/devices.log/resume", "", other).status()).isEqualTo(403);
    assertThat(intake.history(intake.only())).containsExactly("OPENED*");
  }

  @Test
  void aSilenceIsMadeListedAndEnded() throws Exception {
    Answer made =
        post(
            "/v1/silences",
            "{\"blueprint\": \"devices\", \"reason\": \"works\", \"ends_at\":"
                + " \"2027-01-01T00:00:00Z\", \"matchers\": [{\"field\": \"key\", \"regex\":"
                + " \"d-.*\"}]}");
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json().path("active").asBoolean()).isTrue();
    assertThat(made.json().path("author").asText()).isEqualTo("read+operate");
    assertThat(get("/v1/silences").json().path("silences")).hasSize(1);
    Answer ended = send("DELETE", "/v1/silences/" + made.json().path("id").asText(), "", ANN);
    assertThat(ended.json().path("cancelled_by").asText()).isEqualTo("read+operate");

    Answer endless =
        post("/v1/silences", "{\"blueprint\": \"devices\", \"reason\": \"x\", \"matchers\": []}");
    assertThat(endless.status()).isEqualTo(400);
    assertThat(endless.json().path("detail").asText())
        .isEqualTo("'ends_at' is missing: a silence without an end is forgotten");
  }

  @Test
  void theGroupOfAnIncidentIsSilencedByItsId() throws Exception {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    String id = get("/v1/incidents?key=d-1").json().at("/incidents/0/id").asText();
    String path = "/v1/incidents/" + id + "/silence";
    String body = "{\"reason\": \"works\", \"ends_at\": \"2027-01-01T00:00:00Z\"}";

    Answer made = post(path, body);
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json().path("author").asText()).isEqualTo("read+operate");
    assertThat(made.json().path("blueprint").asText()).isEqualTo("devices");
    assertThat(made.json().path("matchers").toString())
        .isEqualTo(
            "[{\"field\":\"detector\",\"operation\":\"equals\",\"values\":[\"offline\"]},"
                + "{\"field\":\"key\",\"operation\":\"equals\",\"values\":[\"d-1\"]}]");
    intake.passSeconds(1);
    assertThat(get("/v1/incidents/" + id).json().path("silenced").asBoolean()).isTrue();
    assertThat(get("/v1/incidents?key=d-2").json().at("/incidents/0/silenced").asBoolean())
        .isFalse();

    assertThat(post(path, "{\"reason\": \"works\"}").status()).isEqualTo(400);
    assertThat(post(path, "{\"matchers\": []}").status()).isEqualTo(400);
    assertThat(post("/v1/incidents/none/silence", body).status()).isEqualTo(404);
    assertThat(send("POST", path, body, "read+operate@others.*").status()).isEqualTo(403);
    assertThat(send("POST", path, body, "read@devices.*").status()).isEqualTo(403);
    intake.groupBy("offline", "labels.site");
    assertThat(post(path, body).status()).isEqualTo(409);
    intake.groupBy("offline", "detector", "key");
  }

  @Test
  void silencesOfOthersTakeNoPlaceInAList() throws Exception {
    String body =
        "{\"blueprint\": \"devices\", \"reason\": \"works\", \"ends_at\":"
            + " \"2027-01-01T00:00:00Z\", \"matchers\": [{\"field\": \"key\", \"equals\":"
            + " \"d-1\"}]}";
    String own = post("/v1/silences", body).json().path("id").asText();
    intake
        .silences()
        .create(
            "others",
            List.of(new AlertMatcher("key", AlertMatcher.Operation.EQUALS, List.of("d-1"))),
            "bob",
            "works",
            intake.instant().minusSeconds(60),
            intake.instant().plusSeconds(60));

    JsonNode listed = get("/v1/silences?limit=1").json().path("silences");
    assertThat(listed).hasSize(1);
    assertThat(listed.path(0).path("id").asText()).isEqualTo(own);
    assertThat(send("GET", "/v1/silences", "", "read@others.*").json().path("silences")).isEmpty();
    assertThat(send("GET", "/v1/silences", "", "read@*").json().path("silences")).hasSize(2);
  }

  @Test
  void aTargetIsTestedPausedAndResumedAndItsDeliveriesAreSeen() throws Exception {
    intake.fires(alert("offline", "d-1", 1));
    JsonNode delivery = get("/v1/deliveries?state=waiting").json().path("deliveries").path(0);
    assertThat(delivery.path("target").asText()).isEqualTo("log");
    assertThat(get("/v1/deliveries/" + delivery.path("id").asText()).json().path("dead_letters"))
        .isEmpty();
    assertThat(post("/v1/deliveries/" + delivery.path("id").asText() + "/redrive", "").status())
        .isEqualTo(409);

    Answer tested = post("/v1/targets/devices.log/test", "");
    assertThat(tested.json().path("outcome").asText()).isEqualTo("refused");
    assertThat(tested.json().path("reason").asText()).isEqualTo("401: the password is wrong");
    assertThat(post("/v1/targets/devices.log/pause", "").status()).isEqualTo(400);
    assertThat(
            post("/v1/targets/devices.log/pause", "{\"reason\": \"moving\"}")
                .json()
                .path("paused_by")
                .asText())
        .isEqualTo("read+operate");
    assertThat(get("/v1/targets").json().path("targets").path(0).path("waiting").asInt())
        .isEqualTo(1);
    assertThat(post("/v1/targets/devices.log/resume", "").json().path("paused_at").isNull())
        .isTrue();
    assertThat(post("/v1/targets/devices.log/redrive", "").json().path("redriven").asInt())
        .isZero();
    assertThat(post("/v1/targets/devices.gol/test", "").json().path("detail").asText())
        .isEqualTo("There is no target 'devices.gol'; there are [devices.log]");
  }

  /** Knows nobody. */
  private static final class RefusingTarget implements Target {
    @Override
    public String kind() {
      return "testing";
    }

    @Override
    public boolean coalesces() {
      return true;
    }

    @Override
    public TargetOutcome deliver(TargetRequest request, TargetMemory memory, HttpBudget budget)
        throws InterruptedException {
      return test(budget);
    }

    @Override
    public TargetOutcome test(HttpBudget budget) throws InterruptedException {
      budget.take();
      return new TargetOutcome.Refused("401: the password is wrong");
    }
  }
}
