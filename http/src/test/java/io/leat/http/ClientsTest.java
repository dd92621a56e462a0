package io.leat.http;

import static io.leat.http.TestingServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.state.Clients;
import io.leat.state.NewClient;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ClientsTest {
  private static EmbeddedPostgres postgres;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-01T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final TestingServer server = new TestingServer();
  private StateDatabase database;
  private Clients clients;
  private ClientDirectory directory;
  private Tokens tokens;
  private String admin;

  @BeforeAll
  static void startPostgres() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stopPostgres() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void start() {
    database = open(postgres);
    database.transaction(
        "empty the table",
        connection -> connection.createStatement().executeUpdate("delete from client"));
    clients = new Clients(database, new SecureRandom(), clock);
    admin = clients.add(NewClient.of("root", List.of("admin"), List.of("*"))).key().orElseThrow();
    directory = new ClientDirectory(clients, server.registry, Duration.ofMillis(200));
    directory.refresh();
    directory.start();
    tokens = new Tokens(server.vertx, List.of(), clock);
    server.health.register("clients", directory.health());
    server.start(
        TestingServer.settings(),
        new StandardAuthenticator(directory, tokens, clock),
        List.of(
            new ClientRoutes(server.vertx, clients, directory, server.bodies),
            new EchoRoutes(server.bodies, Duration.ofSeconds(5))));
  }

  @AfterEach
  void stop() {
    directory.close();
    server.close();
    tokens.close();
    database.close();
  }

  private static StateDatabase open(EmbeddedPostgres postgres) {
    return StateDatabase.open(
        StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"));
  }

  private HttpResponse<String> add(JsonObject body) throws IOException {
    return server.send(
        server
            .request("/v1/clients")
            .header("Authorization", "Bearer " + admin)
            .POST(BodyPublishers.ofString(body.encode())));
  }

  private void assertRefused(String bearer, String reason, String detail) throws IOException {
    double before = server.counter("leat_auth_rejected", "reason", reason);
    HttpResponse<String> response = server.get("/v1/echo/a", bearer);
    assertThat(json(response).getString("detail")).isEqualTo(detail);
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("www-authenticate"))
        .contains("Bearer realm=\"leat\", error=\"invalid_token\"");
    assertThat(server.counter("leat_auth_rejected", "reason", reason)).isEqualTo(before + 1);
  }

  @Test
  void aClientIsAddedListedUsedAndRevokedAtOnce() throws IOException {
    HttpResponse<String> added =
        add(
            new JsonObject()
                .put("name", "dashboard")
                .put("roles", JsonArray.of("read"))
                .put("streams", JsonArray.of("devices.*"))
                .put("rate", new JsonObject().put("per_second", 5).put("burst", 10)));
    assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
    String id = json(added).getString("id");
    String key = json(added).getString("key");
    assertThat(key).matches("leat_" + id + "_[0-9a-f]{64}");
    assertThat(added.headers().firstValue("location")).contains("/v1/clients/" + id);

    assertThat(server.get("/v1/echo/a", key).statusCode()).isEqualTo(200);
    assertThat(server.get("/v1/clients", key).statusCode()).isEqualTo(403);
    HttpResponse<String> listed = server.get("/v1/clients", admin);
    assertThat(listed.body())
        .contains("dashboard", "root")
        .doesNotContain("hash", key.substring(22));

    HttpResponse<String> revoked =
        server.send(
            server
                .request("/v1/clients/" + id)
                .header("Authorization", "Bearer " + admin)
                .DELETE());
    assertThat(revoked.statusCode()).isEqualTo(200);
    assertThat(json(revoked).getString("revoked_at")).isEqualTo("2026-03-01T10:00:00Z");
    assertRefused(key, "revoked", "The API key is revoked");
  }

  @Test
  void aClientRevokedElsewhereIsRefusedSoon() throws IOException {
    var added = clients.add(NewClient.of("x", List.of("read"), List.of("*")));
    String key = added.key().orElseThrow();
    HttpServiceTest.waitUntil(() -> directory.byId(added.client().id()).isPresent());
    assertThat(server.get("/v1/echo/a", key).statusCode()).isEqualTo(200);

    clients.revoke(added.client().id());

    HttpServiceTest.waitUntil(
        () -> directory.byId(added.client().id()).orElseThrow().revokedAt() != null);
    assertRefused(key, "revoked", "The API key is revoked");
  }

  @Test
  void aKeyEndsAtItsTime() throws IOException {
    HttpResponse<String> added =
        add(
            new JsonObject()
                .put("name", "short")
                .put("roles", JsonArray.of("read"))
                .put("expires_at", "2026-03-01T10:00:10Z"));
    String key = json(added).getString("key");
    assertThat(server.get("/v1/echo/a", key).statusCode()).isEqualTo(200);

    now.set(Instant.parse("2026-03-01T10:00:10Z"));

    assertRefused(key, "expired", "The API key has expired");
  }

  @Test
  void otherKeysAreRefused() throws IOException {
    String zeros = "0".repeat(64);
    String id = admin.substring(5, 21);

    assertRefused("leat_" + id + "_" + zeros, "unknown-key", "The API key is not valid");
    assertRefused("leat_0123456789abcdef_" + zeros, "unknown-key", "The API key is not valid");
    assertRefused("leat_x", "malformed", "The API key is not valid");
    assertRefused(admin + "0", "malformed", "The API key is not valid");
    assertRefused(
        "garbage",
        "malformed",
        "The credential is neither an API key nor a token that is accepted here");
    HttpResponse<String> basic =
        server.send(server.request("/v1/echo/a").header("Authorization", "Basic YTpi"));
    assertThat(json(basic).getString("detail"))
        .isEqualTo("Authorization must be 'Bearer' and an API key or a token");
    HttpResponse<String> twice =
        server.send(
            server
                .request("/v1/echo/a")
                .header("Authorization", "Bearer " + admin)
                .header("Authorization", "Bearer " + admin));
    assertThat(json(twice).getString("detail")).isEqualTo("There are two Authorization headers");
  }

  @Test
  void aWrongClientIsNotAdded() throws IOException {
    JsonObject good = new JsonObject().put("name", "n").put("roles", JsonArray.of("read"));
    assertBad(
        good.copy().put("role", "x"),
        "'role' is not known here. Known are [certificate,"
            + " entity_keys, expires_at, name, rate, roles, streams]");
    assertBad(
        good.copy().put("roles", JsonArray.of("root")),
        "'root' is not a role. Roles are send, read, operate and admin");
    assertBad(good.copy().put("roles", new JsonArray()), "a client needs at least one role");
    assertBad(
        good.copy().put("streams", JsonArray.of("Devices")),
        "'Devices' is not a stream pattern. Write devices.telemetry, devices.* or *");
    assertBad(good.copy().put("name", 3), "name must be a text");
    assertBad(good.copy().put("rate", 3), "A member of the client has the wrong JSON type");
    assertBad(good.copy().put("name", null), "name is missing");
    assertBad(
        good.copy().put("expires_at", "tomorrow"),
        "expires_at must be a time such as 2026-12-31T00:00:00Z");
    assertBad(
        good.copy().put("rate", new JsonObject().put("per_second", 0).put("burst", 1)),
        "perSecond must be over 0, but is 0.0");
    assertThat(
            json(add(new JsonObject().put("name", "root").put("roles", JsonArray.of("read"))))
                .getString("code"))
        .isEqualTo("conflict");
    HttpResponse<String> text =
        server.send(
            server
                .request("/v1/clients")
                .header("Authorization", "Bearer " + admin)
                .POST(BodyPublishers.ofString("[1]")));
    assertThat(json(text).getString("code")).isEqualTo("malformed-json");
  }

  private void assertBad(JsonObject body, String detail) throws IOException {
    HttpResponse<String> response = add(body);
    assertThat(json(response).getString("detail")).isEqualTo(detail);
    assertThat(response.statusCode()).isEqualTo(400);
  }

  @Test
  void theLastKnownClientsAreServedWhilePostgresIsAway() throws IOException {
    EmbeddedPostgres other = EmbeddedPostgres.builder().start();
    try (StateDatabase otherDatabase = open(other);
        TestingServer otherServer = new TestingServer()) {
      Clients store = new Clients(otherDatabase, new SecureRandom(), clock);
      String key = store.add(NewClient.of("a", List.of("admin"), List.of("*"))).key().orElseThrow();
      try (ClientDirectory known =
              new ClientDirectory(store, otherServer.registry, Duration.ofMillis(200));
          Tokens none = new Tokens(otherServer.vertx, List.of(), clock)) {
        known.refresh();
        known.start();
        otherServer.health.register("clients", known.health());
        otherServer.start(
            TestingServer.settings(),
            new StandardAuthenticator(known, none, clock),
            List.of(
                new ClientRoutes(otherServer.vertx, store, known, otherServer.bodies),
                new EchoRoutes(otherServer.bodies, Duration.ofSeconds(5))));
        HttpServiceTest.waitUntil(otherServer.health::ready);
        other.close();

        assertThat(otherServer.get("/v1/echo/a", key).statusCode()).isEqualTo(200);
        long start = System.nanoTime();
        HttpResponse<String> list = otherServer.get("/v1/clients", key);
        assertThat(list.statusCode()).isEqualTo(503);
        assertThat(json(list).getString("code")).isEqualTo("state-unavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        HttpServiceTest.waitUntil(() -> !otherServer.health.ready());
        assertThat(otherServer.health.report().get("clients").orElseThrow())
            .startsWith("serving the last known clients: Cannot look for changes of the clients");
      }
    }
  }

  @Test
  void withoutClientsReadYetTheAnswerIs503() throws IOException {
    try (TestingServer early = new TestingServer();
        ClientDirectory unread = new ClientDirectory(clients, early.registry)) {
      early.start(
          TestingServer.settings(),
          new StandardAuthenticator(unread, tokens, clock),
          List.of(new EchoRoutes(early.bodies, Duration.ofSeconds(5))));

      assertThat(early.get("/v1/echo/a", admin).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void theRoutesAreTheDocumented() {
    List<Routes> routes =
        List.of(new ClientRoutes(server.vertx, clients, directory, server.bodies));
    HttpService service =
        new HttpService(
            server.vertx,
            TestingServer.settings(),
            new StandardAuthenticator(directory, tokens, clock),
            new io.micrometer.core.instrument.simple.SimpleMeterRegistry(),
            routes,
            server.health);

    assertThat(OpenApiRoutes.check(service.router(), OpenApiDocument.of(routes))).isEmpty();
  }
}
