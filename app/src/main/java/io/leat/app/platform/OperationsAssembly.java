package io.leat.app.platform;

import io.leat.action.delivery.Deliveries;
import io.leat.action.delivery.DeliveryOutbox;
import io.leat.action.incident.AlertLookup;
import io.leat.action.intake.AlertsPutAside;
import io.leat.action.routes.AlertRoutes;
import io.leat.app.disk.DiskGuard;
import io.leat.app.reconcile.Reconciler;
import io.leat.app.reconcile.Surroundings;
import io.leat.app.replay.SwitchMarks;
import io.leat.app.settings.Settings;
import io.leat.blueprint.Blueprint;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Routes;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.TableLocks;
import io.leat.state.AnsweredCounts;
import io.leat.state.BlueprintVersions;
import io.leat.state.HotSweep;
import io.leat.state.HotTables;
import io.leat.stream.StreamPlan;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.Catalog;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what operates a running Leat: status, traces, reconciliation, quarantine, changes
 * of blueprints.
 */
final class OperationsAssembly {
  private static final String BACKTEST = "backtest";
  private static final Duration LEAST_SETTLING = Duration.ofSeconds(5);

  private final Settings settings;
  private final Foundation foundation;
  private final Asking asking;
  private final MeterRegistry registry;
  private final InstantSource clock;
  private final Closing closing;

  /** What is known of the streams and their jobs. */
  record Running(
      StreamRegistry streams,
      BookKeeper books,
      LakeJobs lakeJobs,
      BlueprintJobs jobs,
      JobSupervisor supervisor,
      DiskGuard disk,
      FreshnessMonitor freshness,
      SnapshotLeases leases,
      TableLocks locks,
      LogEnds ends,
      Function<String, @Nullable StreamPlan> plans,
      IncidentAssembly incidents,
      FilesAssembly files,
      Supplier<List<Component>> components) {}

  /** The blueprints as they are processed now, and their folders. */
  record Applied(Supplier<List<Provisioning.Provisioned>> blueprints, AppliedFolders folders) {}

  /** What gateways told clients. */
  record Answers(AnsweredCounts counts, AnsweredKeeper keeper) {}

  OperationsAssembly(
      Settings settings,
      Foundation foundation,
      Asking asking,
      MeterRegistry registry,
      InstantSource clock,
      Closing closing) {
    this.settings = settings;
    this.foundation = foundation;
    this.asking = asking;
    this.registry = registry;
    this.clock = clock;
    this.closing = closing;
  }

  /**
   * The routes; checks and workers start.
   *
   * @param log reads the log for them
   */
  List<Routes> routes(
      Serving.Shared shared,
      Running running,
      Applied applied,
      Answers answers,
      LogReader log,
      Applying applying) {
    Catalog catalog = foundation.catalog().catalog();
    List<Routes> routes = new ArrayList<>();
    ReplayAssembly replays = new ReplayAssembly(settings, foundation, asking, clock, closing);
    SelfCheck selfCheck = reconciliation(shared, running, answers, log, replays.marks(), routes);
    AcceptanceRates rates = closing.add("rates", new AcceptanceRates(registry, System::nanoTime));
    rates.start();
    UpkeepState upkeep = new UpkeepState(registry);
    StatusReport status =
        new StatusReport(
            running.streams(),
            log,
            running.books(),
            rates,
            running.freshness(),
            running.disk(),
            upkeep,
            running.jobs(),
            running.supervisor(),
            catalog,
            asking,
            shared.health(),
            running.ends(),
            running.components(),
            selfCheck::status,
            new AlertsStatus(running.incidents()::alerts, new AlertsPutAside(foundation.state())));
    LagMonitor lag = new LagMonitor(running.streams(), log, running.books(), asking, registry);
    closing.add("lag", lag).start();
    Trace trace = new Trace(running.streams(), log, running.books(), catalog, asking, clock);
    routes.add(closing.add("tails", new TailRoutes(running.streams(), foundation.kafkaClient())));
    routes.add(
        closing.add(
            "operations",
            new PlatformRoutes(shared.vertx(), status::now, trace::of, applying::apply)));
    QuarantineAssembly quarantine =
        new QuarantineAssembly(
            running.streams(), foundation, asking, running.books(), log, clock, closing);
    routes.add(
        quarantine.routes(shared, SettingsMapping.gateway(settings.http()), running.plans()));
    Load load = new Load(running.streams(), log, running.books(), rates, asking);
    routes.add(maintenance(shared, running, load, upkeep));
    routes.add(replays.routes(shared, running, load, running.locks()));
    routes.add(backups(shared, running, applied, answers));
    routes.addAll(
        running.incidents().routes(shared, answers.keeper().instance(), settings.heartbeat()));
    routes.addAll(running.files().routes(shared, answers.keeper().instance()));
    routes.add(newestStates(shared, applied));
    routes.add(alerts(shared, running, applied, log));
    routes.add(backtests(shared, running, applied));
    return routes;
  }

  private BacktestRoutes backtests(Serving.Shared shared, Running running, Applied applied) {
    return closing.add(
        "backtests",
        new BacktestRoutes(
            shared.vertx(),
            shared.bodies(),
            new Backtesting(() -> blueprints(applied), running.streams(), clock),
            new PromptCatalog(foundation.catalog().catalog(), asking.lake()),
            running.leases(),
            new AlertLookup(foundation.state()),
            foundation.data().root().resolve(BACKTEST)));
  }

  private static List<Blueprint> blueprints(Applied applied) {
    return applied.blueprints().get().stream().map(Provisioning.Provisioned::blueprint).toList();
  }

  private AlertRoutes alerts(
      Serving.Shared shared, Running running, Applied applied, LogReader log) {
    EvidenceReader events =
        new EvidenceReader(running.streams(), log, foundation.catalog().catalog(), asking);
    BlueprintVersions versions = new BlueprintVersions(foundation.state(), clock);
    return closing.add(
        "alert requests",
        new AlertRoutes(
            shared.vertx(),
            shared.bodies(),
            new AlertLookup(foundation.state()),
            new Deliveries(foundation.state(), new DeliveryOutbox()),
            new AlertExplanation(events, versions, applied.folders())));
  }

  private StateRoutes newestStates(Serving.Shared shared, Applied applied) {
    Supplier<List<Blueprint>> blueprints = () -> blueprints(applied);
    HotSweep sweep = new HotSweep(foundation.state(), clock);
    closing.add("newest states", new HotSweeper(sweep, blueprints)).start();
    HotTables tables = new HotTables(foundation.state(), clock);
    return closing.add(
        "state requests",
        new StateRoutes(shared.vertx(), shared.bodies(), new StateLookup(tables, blueprints)));
  }

  private BackupRoutes backups(
      Serving.Shared shared, Running running, Applied applied, Answers answers) {
    BackupRun.Sources sources =
        new BackupRun.Sources(
            foundation.data().root(),
            foundation.catalog().catalog(),
            foundation.state(),
            foundation.kafkaClient(),
            running.lakeJobs(),
            running.leases(),
            applied.blueprints(),
            applied.folders(),
            answers.keeper(),
            foundation::holdLog,
            clock,
            Objects.requireNonNullElse(
                OperationsAssembly.class.getPackage().getImplementationVersion(), "unpackaged"));
    return new BackupRoutes(
        shared.bodies(),
        closing.add(
            "backups", new BackingUp(sources, SettingsMapping.s3(settings.lake()), registry)));
  }

  private UpkeepRoutes maintenance(
      Serving.Shared shared, Running running, Load load, UpkeepState state) {
    Upkeep upkeep =
        closing.add(
            "maintenance",
            new Upkeep(
                settings.maintenance(),
                foundation.catalog().catalog(),
                running.streams(),
                running.leases(),
                running.locks(),
                running.lakeJobs()::restorePoints,
                load::tooMuch,
                clock,
                state));
    upkeep.start();
    return new UpkeepRoutes(shared.vertx(), upkeep, state);
  }

  private SelfCheck reconciliation(
      Serving.Shared shared,
      Running running,
      Answers answers,
      LogReader log,
      SwitchMarks marks,
      List<Routes> routes) {
    Surroundings surroundings =
        new PlatformSurroundings(
            running.streams(),
            log,
            running.books(),
            answers.keeper(),
            answers.counts(),
            asking,
            marks);
    Reconciling reconciling =
        closing.add("reconciling", new Reconciling(reconciler(surroundings), clock));
    SelfCheck selfCheck =
        closing.add(
            "self-check",
            new SelfCheck(
                reconciling,
                () -> ReconcileRoutes.of(running.streams()),
                registry,
                clock,
                SelfCheck.EVERY));
    selfCheck.start();
    routes.add(
        closing.add(
            "reconcile requests",
            new ReconcileRoutes(shared.vertx(), running.streams(), reconciling, clock)));
    return selfCheck;
  }

  private Reconciler reconciler(Surroundings surroundings) {
    Duration commits = settings.flink().commitInterval().multipliedBy(3);
    return new Reconciler(
        new PromptCatalog(foundation.catalog().catalog(), asking.lake()),
        surroundings,
        clock,
        commits.compareTo(LEAST_SETTLING) > 0 ? commits : LEAST_SETTLING);
  }
}
