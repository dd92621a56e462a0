package io.leat.app.platform;

import io.leat.app.detect.DetectJobs;
import io.leat.app.disk.DiskGuard;
import io.leat.app.engine.DetectMetrics;
import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.RunInfo;
import io.leat.app.engine.StartObserver;
import io.leat.app.engine.Topics;
import io.leat.app.settings.HttpServer;
import io.leat.app.settings.Settings;
import io.leat.app.terminal.Text;
import io.leat.blueprint.Blueprint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.gateway.StreamRegistry;
import io.leat.http.HttpService;
import io.leat.http.Routes;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.Tables;
import io.leat.lake.maintenance.TableLocks;
import io.leat.state.AnsweredCounts;
import io.leat.state.BlueprintVersions;
import io.leat.state.Clients;
import io.leat.state.LogEpochs;
import io.leat.state.LogGaps;
import io.leat.state.SchemaVersions;
import io.leat.stream.LakeTables;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/** Leat, running: the engines, a job per blueprint, the gateway and the queries. */
public final class Platform implements AutoCloseable {

  private final Settings settings;
  private final List<Path> folders;
  private final Closing closing = new Closing();
  private final InstantSource clock = InstantSource.system();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final StreamRegistry streams = new StreamRegistry();
  private final BookKeeper books = new BookKeeper();
  private final SnapshotLeases leases = new SnapshotLeases();
  private final TableLocks locks = new TableLocks();
  private final Asking asking = Asking.with(closing);
  private final Foundation foundation;
  private final AppliedFolders applied;
  private final LogReader logReader;
  private final LogEnds ends;
  private final LakeJobs lakeJobs;
  private final BlueprintJobs jobs;
  private final RunningBlueprints running;
  private final JobSupervisor supervisor;
  private final DiskGuard disk;
  private final IncidentAssembly incidents;
  private final FilesAssembly files;
  private final FreshnessMonitor freshness;
  private final HttpService http;
  private final String adminKey;

  private Platform(
      Settings settings, List<Path> folders, List<Blueprint> blueprints, StartObserver observer) {
    this.settings = settings;
    this.folders = List.copyOf(folders);
    try {
      DetectMetrics.reportTo(registry);
      Serving serving = new Serving(settings, registry, clock, closing);
      foundation = new Foundation(settings, blueprints, closing, observer);
      applied = new AppliedFolders(new BlueprintVersions(foundation.state(), clock)::keep);
      logReader = closing.add("log reader", new LogReader(foundation.kafkaClient()));
      ends = ends(foundation, logReader, clock);
      closing.add("books", books);
      lakeJobs =
          new LakeJobs(
              foundation.flink(),
              foundation.kafkaClient(),
              foundation.catalogSpec(),
              settings.flink().parallelism(),
              foundation::forget,
              locks,
              clock);
      jobs =
          new BlueprintJobs(
              lakeJobs, detectJobs(), foundation.catalog().catalog(), this::committed);
      incidents = new IncidentAssembly(foundation, registry, clock, closing);
      files = new FilesAssembly(settings, foundation, registry, clock, closing);
      freshness =
          closing.add(
              "freshness",
              new FreshnessMonitor(
                  foundation.catalog().catalog(), registry, new SplittableRandom()));
      running = blueprints();
      running.begin(blueprints, this::prepare, observer);
      supervisor =
          closing.add(
              "job supervisor",
              new JobSupervisor(
                  jobs::byName, running::startFailed, clock, JobSupervisor.Pauses.DEFAULT));
      supervisor.start(registry);
      disk = closing.add("disk", foundation.guard(lakeJobs::byGroup, registry));
      disk.start();
      books.start();
      freshness.start();
      Clients clients = new Clients(foundation.state(), new SecureRandom(), clock);
      adminKey = new AdminKey(foundation.data().root(), clients).ensure();
      AnsweredCounts counts = new AnsweredCounts(foundation.state(), clock);
      AnsweredKeeper answered = new AnsweredKeeper(counts, foundation.data().root());
      http =
          observer.observe(
              "gateway",
              () ->
                  serving.start(
                      foundation,
                      asking,
                      clients,
                      streams,
                      disk,
                      answered,
                      leases,
                      supervisor::problem,
                      shared ->
                          operations(shared, new OperationsAssembly.Answers(counts, answered)),
                      shared -> letTimePass(shared, answered.instance())));
      foundation.data().announce(runInfo());
    } catch (IOException e) {
      throw closeAfter(
          new LeatException(ErrorCode.INTERNAL, "Cannot write to the data directory: " + e, e));
    } catch (RuntimeException e) {
      throw closeAfter(e);
    }
  }

  /** Starts everything and returns when it serves, without telling anyone in between. */
  public static Platform start(Settings settings, List<Path> folders, List<Blueprint> blueprints) {
    return start(settings, folders, blueprints, StartObserver.NONE);
  }

  /**
   * Starts everything and returns when it serves.
   *
   * @param folders the blueprints' folders, read again by {@link RunningBlueprints#apply}
   * @throws LeatException if the data directory is in use, a port is taken, or a blueprint asks for
   *     something destructive
   */
  public static Platform start(
      Settings settings, List<Path> folders, List<Blueprint> blueprints, StartObserver observer) {
    return new Platform(settings, folders, blueprints, observer);
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

  /**
   * From acceptance to the committed row, of all streams' recent events: p50 and p99 in
   * milliseconds.
   */
  public long[] freshnessMillis() {
    FreshnessMonitor.Percentiles all = freshness.all();
    return new long[] {all.p50(), all.p99()};
  }

  /** What runs where, in the order of its start. */
  public List<Component> components() {
    List<Component> all = new ArrayList<>(foundation.components());
    all.add(
        new Component(
            "flink",
            "in this process, " + Text.plural(jobs.jobs().size(), "job", "jobs"),
            "embedded"));
    all.add(new Component("lake", settings.warehouse().toString(), "iceberg"));
    all.add(
        new Component(
            "query",
            Text.plural(settings.query().workers(), "worker process", "worker processes"),
            "duckdb"));
    all.add(new Component("gateway", baseUri().toString(), "http"));
    return all;
  }

  private static LogEnds ends(Foundation foundation, LogReader log, InstantSource clock) {
    LogGaps gaps = new LogGaps(foundation.state());
    return new LogEnds(foundation.kafkaClient(), log, gaps.list(), gaps::add, clock);
  }

  private Provisioning provisioning() {
    Properties admin = foundation.kafkaClient();
    admin.put("client.id", "leat-provisioning");
    Admin client = closing.add("kafka admin", Admin.create(admin));
    return new Provisioning(
        new Topics(client, Duration.ofSeconds(30)),
        new LakeTables(new Tables(foundation.catalog().catalog(), Map.of())),
        new LogEpochs(foundation.state(), clock),
        new SchemaVersions(foundation.state(), clock),
        foundation.replication(),
        foundation.durability(),
        foundation::forceLog);
  }

  private DetectJobs detectJobs() {
    return closing.add(
        "detect jobs",
        new DetectJobs(
            foundation.flink(),
            foundation.kafkaClient(),
            foundation.stateSettings(),
            foundation.detectParallelism()));
  }

  private RunningBlueprints blueprints() {
    return new RunningBlueprints(
        folders,
        provisioning(),
        applied,
        jobs,
        this::awaitEngines,
        List.of(
            RunningBlueprints.Follower.quiet(this::serve),
            incidents::follow,
            RunningBlueprints.Follower.quiet(files::follow)));
  }

  /** Before a blueprint's jobs are started. */
  private void prepare(Provisioning.Provisioned made) {
    String name = made.blueprint().name();
    lakeJobs.align(made.blueprint(), foundation.catalog().catalog());
    books.add(name, new Books(foundation.catalog().catalog(), name, sums(name)));
    ends.restore(jobs.read(made));
  }

  /** Where a blueprint's sums are kept. */
  private Path sums(String blueprint) {
    Path folder = foundation.data().root().resolve("books");
    try {
      return Files.createDirectories(folder).resolve(blueprint + ".json");
    } catch (IOException e) {
      throw new LeatException(ErrorCode.INTERNAL, "Cannot make the folder " + folder, e);
    }
  }

  private LakeJobs.Committed committed(String blueprint) {
    Map<Books.Epoch, Books.Totals> totals = books.totals(blueprint);
    return plan ->
        totals
            .getOrDefault(new Books.Epoch(plan.stream(), plan.epoch()), Books.Totals.NONE)
            .nextOffsets();
  }

  private List<Routes> operations(Serving.Shared shared, OperationsAssembly.Answers answers) {
    Applying applying = closing.add("applying", new Applying(running::apply));
    return new OperationsAssembly(settings, foundation, asking, registry, clock, closing)
        .routes(
            shared,
            new OperationsAssembly.Running(
                streams,
                books,
                lakeJobs,
                jobs,
                supervisor,
                disk,
                freshness,
                leases,
                locks,
                ends,
                running::plan,
                incidents,
                files,
                this::components),
            new OperationsAssembly.Applied(running::all, applied),
            answers,
            logReader,
            applying);
  }

  private void letTimePass(Serving.Shared shared, String instance) {
    closing.add(
        "markers",
        SignsOfLife.begin(
            foundation,
            logReader,
            streams,
            shared.publisher(),
            disk,
            instance,
            running::all,
            clock,
            registry));
  }

  private RunInfo runInfo() {
    HttpServer.Tls tls = settings.http().tls();
    return new RunInfo(
        ProcessHandle.current().pid(),
        baseUri(),
        clock.instant(),
        tls == null ? null : tls.certificate());
  }

  /** The gateway takes what the blueprints say from now on, and how fresh it is is told. */
  private void serve(Collection<Provisioning.Provisioned> blueprints) {
    streams.replace(blueprints.stream().flatMap(made -> made.served().stream()).toList());
    freshness.follow(
        blueprints.stream()
            .map(Provisioning.Provisioned::blueprint)
            .collect(
                Collectors.toMap(Blueprint::name, one -> List.copyOf(one.streams().keySet()))));
  }

  /** All at once: an engine that is away is told within some seconds. */
  private void awaitEngines() {
    List<EngineCalls.Pending<?>> signs =
        List.of(
            asking.log().begin(logReader::brokers),
            asking.lake().begin(() -> foundation.catalog().namespaces().listNamespaces()),
            asking.state().begin(foundation.state()::isThere),
            asking.processor().begin(() -> jobs.jobs().stream().map(FlinkJob::status).toList()));
    signs.forEach(EngineCalls.Pending::answer);
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
