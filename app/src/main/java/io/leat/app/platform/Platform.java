package io.leat.app.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.RunInfo;
import io.leat.app.engine.Topics;
import io.leat.app.settings.Kafka;
import io.leat.app.settings.Postgres;
import io.leat.app.settings.Settings;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.leat.event.LeatException;
import io.leat.gateway.EventRoutes;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.gateway.publishing.KafkaCheck;
import io.leat.gateway.publishing.Publisher;
import io.leat.gateway.publishing.PublisherSettings;
import io.leat.http.Bodies;
import io.leat.http.ClientDirectory;
import io.leat.http.ClientRoutes;
import io.leat.http.Health;
import io.leat.http.HttpService;
import io.leat.http.HttpSettings;
import io.leat.http.Routes;
import io.leat.http.StandardAuthenticator;
import io.leat.http.Tokens;
import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import io.leat.lake.Tables;
import io.leat.query.QueryEngine;
import io.leat.query.SqlRoutes;
import io.leat.state.Clients;
import io.leat.state.LogEpochs;
import io.leat.state.SchemaVersions;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.leat.stream.LakeTables;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobStatus;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leat, running: the engines, a job per blueprint, the gateway and the queries. */
public final class Platform implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Platform.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Settings settings;
  private final List<Path> folders;
  private final Closing closing = new Closing();
  private final InstantSource clock = InstantSource.system();
  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final StreamRegistry streams = new StreamRegistry();
  private final Map<String, Provisioning.Provisioned> provisioned = new LinkedHashMap<>();
  private final DataDirectory data;
  private final Engines engines;
  private final StateDatabase state;
  private final LakeCatalog catalog;
  private final Provisioning provisioning;
  private final LakeJobs jobs;
  private final Map<String, Books> books = new HashMap<>();
  private final FreshnessMonitor freshness;
  private final HttpService http;
  private final String adminKey;

  private Platform(Settings settings, List<Path> folders, List<Blueprint> blueprints) {
    this.settings = settings;
    this.folders = List.copyOf(folders);
    try {
      data = closing.add("data directory", DataDirectory.open(settings.data()));
      engines = closing.add("engines", Engines.start(settings, data));
      StateSettings stateSettings = engines.state();
      state = closing.add("state", StateDatabase.open(stateSettings));
      CatalogSpec spec = SettingsMapping.catalog(settings, stateSettings);
      catalog = closing.add("catalog", LakeCatalog.open(spec));
      Properties kafka = engines.kafkaClient();
      provisioning = provisioning(kafka);
      jobs = new LakeJobs(engines.flink(), kafka, spec, settings.flink().parallelism());
      for (Blueprint blueprint : blueprints) {
        Provisioning.Provisioned made = provisioning.provision(blueprint);
        made.notes().forEach(note -> log.info("{}: {}", blueprint.name(), note));
        provisioned.put(blueprint.name(), made);
        books.put(blueprint.name(), new Books(catalog.catalog(), blueprint.name()));
        jobs.start(made);
      }
      serve();
      freshness = closing.add("freshness", freshness());
      freshness.start();
      Clients clients = new Clients(state, new SecureRandom(), clock);
      adminKey = new AdminKey(data.root(), clients).ensure();
      http = startHttp(kafka, clients);
      data.announce(new RunInfo(ProcessHandle.current().pid(), baseUri(), clock.instant()));
    } catch (java.io.IOException e) {
      throw closeAfter(new LeatException(ErrorCode.INTERNAL, "Cannot write to the data directory: " + e, e));
    } catch (RuntimeException e) {
      throw closeAfter(e);
    }
  }

  /**
   * Starts everything and returns when it serves.
   *
   * @param folders the blueprints' folders, read again by {@link #apply}
   * @throws LeatException if the data directory is in use, a port is taken, or a blueprint asks for something destructive
   */
  public static Platform start(Settings settings, List<Path> folders, List<Blueprint> blueprints) {
    return new Platform(settings, folders, blueprints);
  }

  /** Where its HTTP server listens. */
  public URI baseUri() {
    String host = settings.http().host().equals("0.0.0.0") ? "127.0.0.1" : settings.http().host();
    return URI.create((http.isSecure() ? "https://" : "http://") + host + ":" + http.port());
  }

  /** The key of the administrator, also in the data directory. */
  public String adminKey() {
    return adminKey;
  }

  /** From acceptance to the committed row, of all streams' recent events: p50 and p99 in milliseconds. */
  public long[] freshnessMillis() {
    FreshnessMonitor.Percentiles all = freshness.all();
    return new long[] {all.p50(), all.p99()};
  }

  /** What runs where, in the order of its start. */
  public List<Component> components() {
    List<Component> all = new ArrayList<>();
    all.add(
        new Component(
            "kafka",
            engines.kafkaClient().getProperty("bootstrap.servers"),
            settings.kafka() instanceof Kafka.External ? "external" : "embedded"));
    all.add(
        new Component(
            "postgres",
            engines.state().url().replaceFirst("^jdbc:", ""),
            settings.postgres() instanceof Postgres.External ? "external" : "embedded"));
    all.add(new Component("flink", "in this process, " + jobs.jobs().size() + " job(s)", "embedded"));
    all.add(new Component("lake", settings.warehouse().toString(), "iceberg"));
    all.add(new Component("query", settings.query().workers() + " worker process(es)", "duckdb"));
    all.add(new Component("gateway", baseUri().toString(), "http"));
    return all;
  }

  private Provisioning provisioning(Properties kafka) {
    Properties admin = new Properties();
    admin.putAll(kafka);
    admin.put("client.id", "leat-provisioning");
    Admin client = closing.add("kafka admin", Admin.create(admin));
    return new Provisioning(
        new Topics(client, Duration.ofSeconds(30)),
        new LakeTables(new Tables(catalog.catalog(), Map.of())),
        new LogEpochs(state, clock),
        new SchemaVersions(state, clock),
        engines.replication());
  }

  private FreshnessMonitor freshness() {
    Map<String, List<String>> names = new LinkedHashMap<>();
    provisioned.forEach(
        (blueprint, made) -> names.put(blueprint, List.copyOf(made.blueprint().streams().keySet())));
    return new FreshnessMonitor(catalog.catalog(), names, registry, new SplittableRandom());
  }

  private void serve() {
    List<ServedStream> served = new ArrayList<>();
    provisioned.values().forEach(made -> served.addAll(made.served()));
    streams.replace(served);
  }

  private HttpService startHttp(Properties kafka, Clients clients) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    closing.add("vertx", () -> vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS));
    HttpSettings httpSettings = SettingsMapping.http(settings.http());
    ClientDirectory directory = closing.add("clients", new ClientDirectory(clients, registry));
    directory.refresh();
    directory.start();
    Bodies bodies = new Bodies(vertx, registry);
    Map<String, Object> producer = new HashMap<>();
    kafka.forEach((k, v) -> producer.put(String.valueOf(k), v));
    Publisher publisher =
        closing.add(
            "publisher",
            new Publisher(
                PublisherSettings.defaults(producer), registry, r -> new Thread(r, "leat-publisher")));
    EventRoutes events =
        closing.add(
            "events",
            new EventRoutes(
                streams,
                publisher,
                bodies,
                SettingsMapping.gateway(settings.http()),
                registry,
                clock,
                new EventIds(),
                r -> new Thread(r, "leat-gateway")));
    QueryEngine queries =
        closing.add("queries", new QueryEngine(SettingsMapping.query(settings, data), catalog.catalog(), registry));
    LogReader logReader = closing.add("log reader", new LogReader(kafka));
    Health health = closing.add("health", health(producer, directory));
    StatusReport status =
        new StatusReport(
            streams, logReader, books, freshness, jobs, catalog.catalog(), health, this::components);
    Trace trace = new Trace(streams, logReader, books, sql -> List.copyOf(queries.query(sql, 1_000).rows()));
    TailRoutes tails = closing.add("tails", new TailRoutes(streams, kafka));
    PlatformRoutes operations =
        closing.add(
            "operations", new PlatformRoutes(vertx, status::now, trace::of, this::apply));
    List<Routes> routes =
        List.of(
            events,
            new ClientRoutes(vertx, clients, directory, bodies),
            new SqlRoutes(queries, bodies),
            tails,
            operations);
    HttpService service =
        new HttpService(
            vertx,
            httpSettings,
            new StandardAuthenticator(directory, new Tokens(vertx, httpSettings.jwtIssuers(), clock), clock),
            registry,
            routes,
            health);
    closing.add("http", service);
    await(service);
    return service;
  }

  private Health health(Map<String, Object> kafka, ClientDirectory directory) {
    Health health = new Health(clock);
    health.register("kafka", closing.add("kafka check", new KafkaCheck(kafka)));
    health.register("clients", directory.health());
    health.register(
        "postgres",
        () -> {
          state.ping();
          return Optional.empty();
        });
    health.register("flink", this::jobProblem);
    return health;
  }

  private Optional<String> jobProblem() {
    return jobs.jobs().stream()
        .filter(job -> job.status() != JobStatus.RUNNING)
        .map(job -> "the job " + job.name() + " is " + job.status())
        .findFirst();
  }

  private static void await(HttpService service) {
    try {
      service.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof LeatException refused
          ? refused
          : new LeatException(ErrorCode.INTERNAL, "The HTTP server did not start: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new LeatException(ErrorCode.INTERNAL, "The HTTP server did not start within 10 s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while starting", e);
    }
  }

  /**
   * Reads the blueprints' folders again and puts what changed into effect: tables grow first, then the job restarts from
   * a savepoint, then the gateway validates by the new schemas. Ingestion never stops.
   *
   * @throws LeatException INVALID_CONFIGURATION with all problems, DESTRUCTIVE_CHANGE; nothing was stopped then
   */
  synchronized ObjectNode apply() {
    List<Blueprint> read = new BlueprintLoader().loadAll(folders);
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode changes = answer.putArray("changes");
    for (Blueprint blueprint : read) {
      Provisioning.Provisioned before = provisioned.get(blueprint.name());
      if (before == null) {
        throw new LeatException(
            ErrorCode.CONFLICT,
            "The blueprint '" + blueprint.name() + "' is new; restart leat with its folder to add it");
      }
      Provisioning.Provisioned after = provisioning.provision(blueprint);
      after.notes().forEach(note -> changes.add(blueprint.name() + ": " + note));
      if (!after.plans().equals(before.plans())) {
        boolean removed =
            !blueprint.streams().keySet().containsAll(before.blueprint().streams().keySet());
        jobs.restart(after, removed ? FlinkEngine.Leftovers.DROP : FlinkEngine.Leftovers.REFUSE);
        changes.add(blueprint.name() + ": the job was restarted from a savepoint");
      }
      provisioned.put(blueprint.name(), after);
    }
    serve();
    return answer;
  }

  private RuntimeException closeAfter(RuntimeException failure) {
    try {
      closing.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** Stops taking requests, then stops the jobs at a savepoint, then the engines. */
  @Override
  public void close() {
    closing.close();
  }
}
