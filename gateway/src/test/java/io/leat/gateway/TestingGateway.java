package io.leat.gateway;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.StreamSpec;
import io.leat.event.EventIds;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Publisher;
import io.leat.gateway.publishing.PublisherSettings;
import io.leat.http.AuthenticationException;
import io.leat.http.Bodies;
import io.leat.http.Health;
import io.leat.http.HttpService;
import io.leat.http.HttpSettings;
import io.leat.http.Identity;
import io.leat.http.Principal;
import io.leat.http.RateLimit;
import io.leat.http.Role;
import io.leat.http.StreamScope;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A gateway on a real HTTP server, for clients with the keys {@code sender} and so on. */
public final class TestingGateway implements AutoCloseable {
  static final String SCHEMA =
      """
      {"type": "object",
       "properties": {
         "device": {"type": ["string", "integer"]},
         "ts": {"type": "string", "format": "date-time"},
         "event": {"type": "string"},
         "t": {"type": "number", "maximum": 100},
         "n": {"type": "integer"},
         "tags": {"type": "array", "items": {"type": "string"}}},
       "required": ["device"]}
      """;

  private static final Map<String, Principal> CLIENTS =
      Map.of(
          "sender", principal("c-sender", Set.of(Role.SEND), Set.of()),
          "device-7", principal("c-device", Set.of(Role.SEND), Set.of("d7")),
          "greedy", principal("c-greedy", Set.of(Role.SEND), Set.of()),
          "reader", principal("c-reader", Set.of(Role.READ), Set.of()));

  /** Why nothing is accepted; null while events are. */
  volatile @Nullable Refusal full;

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final StreamRegistry streams = new StreamRegistry();
  final HttpService service;
  private final Vertx vertx = Vertx.vertx();
  private final Publisher publisher;
  private final EventRoutes routes;
  private final HttpClient client = HttpClient.newHttpClient();

  TestingGateway(Map<String, Object> kafka, GatewaySettings settings) throws Exception {
    publisher =
        new Publisher(
            PublisherSettings.defaults(kafka), registry, r -> new Thread(r, "leat-publisher"));
    routes =
        new EventRoutes(
            streams,
            () -> full,
            publisher,
            new Bodies(vertx, registry),
            settings,
            registry,
            InstantSource.system(),
            new EventIds(),
            r -> new Thread(r, "leat-gateway"));
    streams.replace(List.of(new ServedStream(blueprint(), stream(), 3, 0)));
    service =
        new HttpService(
            vertx,
            HttpSettings.defaults().withAddress("127.0.0.1", 0),
            request -> {
              String header = String.valueOf(request.getHeader("Authorization"));
              Principal principal = CLIENTS.get(header.replace("Bearer ", ""));
              return principal == null
                  ? Future.failedFuture(new AuthenticationException("missing", "no"))
                  : Future.succeededFuture(
                      new Identity(principal, new RateLimit(1_000_000, 1_000_000)));
            },
            registry,
            List.of(routes),
            new Health(InstantSource.system()));
    service.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static Principal principal(String id, Set<Role> roles, Set<String> entities) {
    return new Principal(id, id, roles, new StreamScope(List.of("devices.*")), entities);
  }

  public static Blueprint blueprint() throws InvalidSchemaException {
    return new Blueprint(
        "devices",
        "team",
        null,
        Map.of(),
        Map.of("telemetry", stream()),
        Set.of(),
        Map.of(),
        Map.of(),
        new IncidentPolicy(
            Duration.ofMinutes(30),
            Duration.ofHours(24),
            Duration.ofDays(400),
            5,
            Duration.ofMinutes(10),
            List.of()),
        Map.of(),
        Map.of(),
        Map.of(),
        Path.of("devices"));
  }

  public static StreamSpec stream() throws InvalidSchemaException {
    return new StreamSpec(
        "telemetry",
        null,
        "telemetry.json",
        StreamSchema.parse(SCHEMA),
        "device",
        "event",
        "ts",
        4,
        1,
        Duration.ofDays(7),
        Duration.ofHours(24),
        Duration.ofDays(7),
        Duration.ofHours(1),
        List.of(),
        List.of(),
        null);
  }

  /** What clients were told, of all streams. */
  OutcomeCounts.Count told() {
    return routes.outcomes().now().values().stream()
        .reduce(
            new OutcomeCounts.Count(0, 0),
            (a, b) ->
                new OutcomeCounts.Count(
                    a.acknowledged() + b.acknowledged(), a.unknown() + b.unknown()));
  }

  HttpResponse<String> post(String key, String contentType, String body, String... headers)
      throws IOException, InterruptedException {
    return post("/v1/events/devices.telemetry", key, contentType, bytes(body), headers);
  }

  HttpResponse<String> post(
      String path, String key, String contentType, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    service.close();
    routes.close();
    publisher.close();
    vertx.close().await();
  }
}
