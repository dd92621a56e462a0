package io.leat.bench;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.Durability;
import io.leat.app.engine.EmbeddedEngines;
import io.leat.app.engine.FlinkSettings;
import io.leat.app.engine.KafkaSettings;
import io.leat.app.engine.PostgresEngine;
import io.leat.app.engine.PostgresSettings;
import io.leat.app.engine.TopicSpec;
import io.leat.app.engine.Topics;
import io.leat.blueprint.Blueprint;
import io.leat.event.EventIds;
import io.leat.gateway.Admission;
import io.leat.gateway.EventRoutes;
import io.leat.gateway.GatewaySettings;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.gateway.publishing.Publisher;
import io.leat.gateway.publishing.PublisherSettings;
import io.leat.http.Bodies;
import io.leat.http.ClientDirectory;
import io.leat.http.Health;
import io.leat.http.HttpService;
import io.leat.http.HttpSettings;
import io.leat.http.RateLimit;
import io.leat.http.StandardAuthenticator;
import io.leat.http.Tokens;
import io.leat.state.Clients;
import io.leat.state.NewClient;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/**
 * The gateway with all engines up, but without a job that reads what it logs. Arguments: directory,
 * commit interval (not used), durability. Says {@code URI KEY BOOTSTRAP} when it serves.
 */
final class GatewayServer {
  private GatewayServer() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    Durability durability = Durability.valueOf(arguments[2]);
    Blueprint blueprint = BenchBlueprint.write(directory.resolve("blueprints"), "bench");
    try (DataDirectory data = DataDirectory.open(directory.resolve("data"));
        EmbeddedEngines engines =
            EmbeddedEngines.start(
                data,
                PostgresSettings.defaults(),
                KafkaSettings.defaults().with(durability),
                FlinkSettings.defaults());
        StateDatabase state = StateDatabase.open(state(engines))) {
      String kafka = Objects.requireNonNull(engines.kafka()).bootstrapServers();
      createTopics(kafka, blueprint);
      Clients clients = new Clients(state, new SecureRandom(), InstantSource.system());
      serve(kafka, blueprint, clients, durability);
    }
    System.exit(0);
  }

  private static StateSettings state(EmbeddedEngines engines) {
    PostgresEngine postgres = Objects.requireNonNull(engines.postgres());
    return StateSettings.of(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  private static void createTopics(String kafka, Blueprint blueprint) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", kafka);
    try (Admin admin = Admin.create(properties)) {
      new Topics(admin, Duration.ofSeconds(30))
          .provision(
              BenchBlueprint.topics(blueprint).stream()
                  .map(topic -> new TopicSpec(topic, 4, 1, Map.of()))
                  .toList());
    }
  }

  private static void serve(
      String kafka, Blueprint blueprint, Clients clients, Durability durability) throws Exception {
    PublisherSettings settings = PublisherSettings.defaults(Map.of("bootstrap.servers", kafka));
    InstantSource clock = InstantSource.system();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    String key =
        clients.add(NewClient.of("bench", List.of("send"), List.of("*"))).key().orElseThrow();
    StreamRegistry streams = new StreamRegistry();
    streams.replace(List.of(new ServedStream(blueprint, BenchBlueprint.stream(blueprint), 1, 0)));
    try (ClientDirectory directory = new ClientDirectory(clients, registry);
        Publisher publisher =
            new Publisher(
                durability == Durability.DISK ? settings.withGroupCommit() : settings,
                registry,
                r -> new Thread(r, "leat-publisher"));
        EventRoutes events =
            new EventRoutes(
                streams,
                Admission.ALWAYS,
                publisher,
                new Bodies(vertx, registry),
                GatewaySettings.defaults(),
                registry,
                clock,
                new EventIds(),
                r -> new Thread(r, "leat-gateway"));
        Health health = new Health(clock)) {
      directory.refresh();
      directory.start();
      HttpService service =
          new HttpService(
              vertx,
              HttpSettings.defaults()
                  .withAddress("127.0.0.1", 0)
                  .withRateLimit(new RateLimit(1_000_000, 1_000_000)),
              new StandardAuthenticator(directory, new Tokens(vertx, List.of(), clock), clock),
              registry,
              List.of(events),
              health);
      service.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
      ChildProcess.tell("http://127.0.0.1:" + service.port() + " " + key + " " + kafka);
      ChildProcess.parent().lines().forEach(line -> {});
      service.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
