package io.leat.app.incidents;

import io.leat.action.delivery.DeclaredTargets;
import io.leat.action.delivery.Deliveries;
import io.leat.action.delivery.DeliveryOutbox;
import io.leat.action.delivery.DeliveryTarget;
import io.leat.action.delivery.DeliveryWorker;
import io.leat.action.delivery.ExternalChanges;
import io.leat.action.incident.IncidentRules;
import io.leat.action.incident.IncidentTicker;
import io.leat.action.incident.Incidents;
import io.leat.action.incident.RouteTable;
import io.leat.action.incident.Silences;
import io.leat.action.intake.AlertIntake;
import io.leat.action.intake.IntakeTransaction;
import io.leat.action.outbound.Addresses;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.Secrets;
import io.leat.action.routes.DeliveryRoutes;
import io.leat.action.routes.IncidentRoutes;
import io.leat.action.routes.RouteTestRoutes;
import io.leat.action.target.Heartbeat;
import io.leat.action.target.Heartbeat.HeartbeatSettings;
import io.leat.action.target.TargetKinds;
import io.leat.app.terminal.Text;
import io.leat.blueprint.Blueprint;
import io.leat.http.Bodies;
import io.leat.http.Routes;
import io.leat.state.StateDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;

/**
 * Makes incidents of what detectors, and the work on files, say and tells targets of them, for all
 * blueprints that have any. Thread-safe.
 */
public final class IncidentService implements AutoCloseable {
  private final Surroundings with;
  private final Addresses addresses;
  private final SafeHttp http;
  private final TargetKinds kinds;
  private final Incidents incidents;
  private final Silences silences;
  private final Deliveries deliveries;
  private final DeliveryWorker.Surroundings workers;
  private final DeclaredTargets declared;
  private final ExternalChanges changes;
  private final IncidentTicker ticker;
  private final Map<String, BlueprintIncidents> running = new ConcurrentHashMap<>();
  private volatile Set<String> blueprints = Set.of();

  /**
   * What it stands on; nothing of it is closed with it.
   *
   * @param kafka how to reach Kafka, as its client wants it
   * @param instance names this process for good; it runs once at a time
   */
  public record Surroundings(
      StateDatabase database,
      Vertx vertx,
      Bodies bodies,
      Map<String, Object> kafka,
      Secrets secrets,
      String instance,
      InstantSource clock,
      MeterRegistry registry) {
    public Surroundings {
      kafka = Map.copyOf(kafka);
    }
  }

  /**
   * A blueprint as it is to be looked after.
   *
   * @param alertsEpoch of the log of its topic of alerts; of no meaning when nothing of it makes
   *     alerts
   */
  public record Followed(Blueprint blueprint, int alertsEpoch) {}

  /** Made; {@link #start} has time pass, {@link #follow} begins with blueprints. */
  public IncidentService(Surroundings with) {
    this.with = with;
    DeliveryOutbox outbox = new DeliveryOutbox();
    this.addresses = new Addresses(IncidentService::lookUpThread);
    this.http = new SafeHttp(with.vertx(), addresses);
    this.kinds =
        new TargetKinds(
            http,
            addresses,
            (SSLSocketFactory) SSLSocketFactory.getDefault(),
            with.secrets(),
            with.kafka(),
            with.clock());
    this.incidents =
        new Incidents(with.database(), outbox, this::rules, with.clock(), with.registry());
    this.silences = new Silences(with.database(), this::rules, with.clock());
    this.deliveries = new Deliveries(with.database(), outbox);
    this.declared = new DeclaredTargets(with.database(), outbox);
    this.changes = new ExternalChanges(with.database(), incidents);
    this.workers =
        new DeliveryWorker.Surroundings(
            with.database(),
            incidents,
            outbox,
            with.instance(),
            incident -> null,
            new SecureRandom(),
            with.registry());
    this.ticker = new IncidentTicker(incidents, () -> blueprints);
  }

  private static Thread lookUpThread(Runnable work) {
    Thread thread = new Thread(work, "leat-host-look-up");
    thread.setDaemon(true);
    return thread;
  }

  public void start() {
    ticker.start();
  }

  /**
   * Tells a monitor that Leat is alive; whoever asks closes it before this.
   *
   * @param trouble what is wrong, if anything is: then the monitor is not told
   */
  public Heartbeat beat(HeartbeatSettings settings, Supplier<Optional<String>> trouble) {
    return new Heartbeat(
        http,
        with.secrets(),
        settings,
        trouble,
        with.clock(),
        task -> new Thread(task, "leat-heartbeat"));
  }

  /** Its routes; whoever asks closes them before this. */
  public List<Routes> routes() {
    return List.of(
        new IncidentRoutes(
            with.vertx(), with.bodies(), incidents, silences, () -> blueprints, with.clock()),
        new DeliveryRoutes(with.vertx(), with.bodies(), deliveries, this::targets),
        new RouteTestRoutes(with.vertx(), with.bodies(), this::tables));
  }

  /**
   * Looks after these blueprints, as they are now, and after no others. What did not change goes on
   * undisturbed.
   *
   * @return what people should know of it, in sentences
   * @throws io.leat.event.LeatException STATE_UNAVAILABLE when PostgreSQL is away; then it is to be
   *     called again
   */
  public synchronized List<String> follow(Collection<Followed> all) {
    Set<String> names = new HashSet<>();
    all.forEach(one -> names.add(one.blueprint().name()));
    Set<String> served = Set.copyOf(names);
    for (Followed one : all) {
      if (!one.blueprint().hasAlerts()) {
        names.remove(one.blueprint().name());
      } else {
        follow(one);
      }
    }
    for (String name : Set.copyOf(running.keySet())) {
      if (!names.contains(name)) {
        close(name);
      }
    }
    List<String> notes = new ArrayList<>();
    for (Followed one : all) {
      String name = one.blueprint().name();
      declared
          .declare(name, one.blueprint().targets().keySet())
          .forEach(removed -> notes.add(note(name, removed)));
    }
    // Only now that their rules are known: what no detector says any more ends by itself.
    blueprints = served;
    return notes;
  }

  private static String note(String blueprint, DeclaredTargets.Removed removed) {
    return blueprint
        + ": the target '"
        + removed.target()
        + "' is removed; "
        + Text.plural(removed.givenUp(), "incident", "incidents")
        + " that waited to be told there became dead letters, and "
        + Text.plural(removed.stayOpen(), "stays", "stay")
        + " open there";
  }

  private void follow(Followed one) {
    Blueprint blueprint = one.blueprint();
    String name = blueprint.name();
    running
        .computeIfAbsent(
            name,
            any ->
                new BlueprintIncidents(
                    blueprint,
                    spec -> new DeliveryTarget(name, spec, kinds.open(spec)),
                    target -> RunningTarget.start(target, workers, changes)))
        .follow(blueprint, one.alertsEpoch(), epoch -> intake(name, epoch));
  }

  private AlertIntake intake(String blueprint, int epoch) {
    return new AlertIntake(
        blueprint,
        epoch,
        with.instance(),
        with.kafka(),
        new IntakeTransaction(with.database(), incidents, with.clock(), with.registry()),
        with.clock(),
        with.registry());
  }

  private IncidentRules rules(String blueprint) {
    BlueprintIncidents known = running.get(blueprint);
    return known == null ? IncidentRules.ofNoBlueprint() : known.rules();
  }

  private List<DeliveryTarget> targets() {
    List<DeliveryTarget> all = new ArrayList<>();
    new TreeMap<>(running).values().forEach(one -> all.addAll(one.targets()));
    return all;
  }

  /** How alerts come in, by blueprint; of those that have any. */
  public Map<String, AlertsIn> alerts() {
    Map<String, AlertsIn> all = new TreeMap<>();
    running.forEach((name, one) -> all.put(name, one.alerts()));
    return all;
  }

  private Map<String, RouteTable> tables() {
    Map<String, RouteTable> tables = new TreeMap<>();
    running.forEach((name, one) -> tables.put(name, one.table()));
    return tables;
  }

  private void close(String blueprint) {
    BlueprintIncidents gone = running.remove(blueprint);
    if (gone != null) {
      gone.close();
    }
  }

  /** Takes nothing in any more, and hands back what is being delivered. */
  @Override
  public synchronized void close() {
    ticker.close();
    Set.copyOf(running.keySet()).forEach(this::close);
    http.close();
    addresses.close();
  }
}
