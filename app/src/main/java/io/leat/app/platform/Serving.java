package io.leat.app.platform;

import io.leat.app.disk.DiskGuard;
import io.leat.app.settings.Settings;
import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.leat.event.LeatException;
import io.leat.gateway.Admission;
import io.leat.gateway.EventRoutes;
import io.leat.gateway.MessageIngest;
import io.leat.gateway.StreamRegistry;
import io.leat.gateway.mqtt.MqttConnection;
import io.leat.gateway.mqtt.MqttSettings;
import io.leat.gateway.publishing.KafkaCheck;
import io.leat.gateway.publishing.Publisher;
import io.leat.http.Bodies;
import io.leat.http.ClientDirectory;
import io.leat.http.ClientRoutes;
import io.leat.http.Health;
import io.leat.http.HttpService;
import io.leat.http.HttpSettings;
import io.leat.http.Routes;
import io.leat.http.StandardAuthenticator;
import io.leat.http.Tokens;
import io.leat.lake.SnapshotLeases;
import io.leat.query.QueryEngine;
import io.leat.query.SqlRoutes;
import io.leat.state.Clients;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Everything that answers over HTTP: events, clients, queries, and what the platform adds. */
final class Serving {
  /** Nothing is served from the class path: there is no cache of it that a kill would leave. */
  private static final FileSystemOptions NO_FILES =
      new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);

  /** What messages of all brokers that wait for the log may take in memory. */
  private static final long MQTT_BYTES = 64L << 20;

  private final Settings settings;
  private final PrometheusMeterRegistry registry;
  private final InstantSource clock;
  private final Closing closing;
  private final CompletableFuture<Vertx> vertx;

  /** Routes that need what is made here. */
  @FunctionalInterface
  interface MoreRoutes {
    List<Routes> of(Shared shared);
  }

  /** What is made here and others need too. */
  record Shared(
      Vertx vertx,
      Health health,
      Bodies bodies,
      Publisher publisher,
      Admission admission,
      MessageIngest messages) {}

  /** Begins to load what it will need: the engines leave a core idle at times. */
  Serving(
      Settings settings, PrometheusMeterRegistry registry, InstantSource clock, Closing closing) {
    this.settings = settings;
    this.registry = registry;
    this.clock = clock;
    this.closing = closing;
    this.vertx =
        CompletableFuture.supplyAsync(
            () ->
                Vertx.vertx(
                    new VertxOptions()
                        .setPreferNativeTransport(false)
                        .setFileSystemOptions(NO_FILES)),
            task -> new Thread(task, "leat-start-vertx").start());
    closing.add(
        "vertx",
        () ->
            vertx
                .get(5, TimeUnit.SECONDS)
                .close()
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS));
  }

  /**
   * Opens the server.
   *
   * @param disk whether events are accepted
   * @param leases told of the snapshots that queries read
   * @param jobProblem why the jobs are not ready, if they are not
   * @param then done when events are accepted
   * @return when it takes requests
   */
  HttpService start(
      Foundation foundation,
      Asking asking,
      Clients clients,
      StreamRegistry streams,
      DiskGuard disk,
      AnsweredKeeper answered,
      SnapshotLeases leases,
      Supplier<Optional<String>> jobProblem,
      MoreRoutes more,
      Consumer<Shared> then) {
    QueryEngine queries =
        closing.add(
            "queries",
            new QueryEngine(
                SettingsMapping.query(settings, foundation.data()),
                new PromptCatalog(foundation.catalog().catalog(), asking.lake()),
                registry,
                leases));
    HttpSettings httpSettings = SettingsMapping.http(settings.http());
    ClientDirectory directory = closing.add("clients", new ClientDirectory(clients, registry));
    directory.refresh();
    directory.start();
    Map<String, Object> kafka = new HashMap<>();
    foundation.kafkaClient().forEach((key, value) -> kafka.put(String.valueOf(key), value));
    Bodies bodies = closing.add("bodies", new Bodies(vertx.join(), registry));
    Tokens tokens =
        closing.add("tokens", new Tokens(vertx.join(), httpSettings.jwtIssuers(), clock));
    Health health = closing.add("health", health(foundation, kafka, directory, jobProblem));
    health.register("disk", disk::problem);
    List<Routes> routes = new ArrayList<>();
    // Before what is added now: it is closed after it, when nothing is answered any more.
    closing.add("answered", answered);
    Publisher publisher = publisher(kafka);
    EventRoutes events = events(publisher, streams, disk, bodies);
    answered.follow(events.outcomes());
    routes.add(events);
    MessageIngest messages = messages(publisher, streams, disk, events);
    brokers(messages, health);
    routes.add(new ClientRoutes(vertx.join(), clients, directory, bodies));
    routes.add(new SqlRoutes(queries, bodies));
    Shared shared = new Shared(vertx.join(), health, bodies, publisher, disk, messages);
    routes.addAll(more.of(shared));
    HttpService service =
        new HttpService(
            vertx.join(),
            httpSettings,
            new StandardAuthenticator(directory, tokens, clock),
            registry,
            routes,
            health);
    closing.add("http", service);
    await(service);
    then.accept(shared);
    return service;
  }

  private Publisher publisher(Map<String, Object> kafka) {
    return closing.add(
        "publisher",
        new Publisher(
            SettingsMapping.publisher(settings, kafka),
            registry,
            task -> new Thread(task, "leat-publisher")));
  }

  private EventRoutes events(
      Publisher publisher, StreamRegistry streams, Admission admission, Bodies bodies) {
    return closing.add(
        "events",
        new EventRoutes(
            streams,
            admission,
            publisher,
            bodies,
            SettingsMapping.gateway(settings.http()),
            registry,
            clock,
            new EventIds(),
            task -> new Thread(task, "leat-gateway")));
  }

  private MessageIngest messages(
      Publisher publisher, StreamRegistry streams, Admission admission, EventRoutes events) {
    return new MessageIngest(
        streams,
        admission,
        publisher,
        SettingsMapping.gateway(settings.http()),
        registry,
        clock,
        new EventIds(),
        events.outcomes());
  }

  private void brokers(MessageIngest ingest, Health health) {
    for (MqttSettings broker : settings.mqtt()) {
      MqttConnection connection =
          closing.add(
              "mqtt " + broker.name(),
              new MqttConnection(
                  broker,
                  ingest,
                  MQTT_BYTES / settings.mqtt().size(),
                  registry,
                  vertx.join(),
                  new SecureRandom(),
                  task -> new Thread(task, "leat-mqtt-" + broker.name())));
      health.observe("mqtt-" + broker.name(), connection.health());
    }
  }

  private Health health(
      Foundation foundation,
      Map<String, Object> kafka,
      ClientDirectory directory,
      Supplier<Optional<String>> jobProblem) {
    Health health = new Health(clock);
    health.register("kafka", closing.add("kafka check", new KafkaCheck(kafka)));
    health.register("clients", directory.health());
    health.register(
        "postgres",
        () -> {
          foundation.state().ping();
          return Optional.empty();
        });
    health.register("flink", jobProblem::get);
    return health;
  }

  private static void await(HttpService service) {
    try {
      service.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof LeatException refused
          ? refused
          : new LeatException(
              ErrorCode.INTERNAL, "The HTTP server did not start: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new LeatException(ErrorCode.INTERNAL, "The HTTP server did not start within 10 s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while starting", e);
    }
  }
}
