package io.leat.app.platform;

import io.leat.app.engine.RestorePoints;
import io.leat.app.settings.Maintenance;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.lake.EventTables;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.CoreShare;
import io.leat.lake.maintenance.MaintenancePolicy;
import io.leat.lake.maintenance.Step;
import io.leat.lake.maintenance.Stock;
import io.leat.lake.maintenance.TableLocks;
import io.leat.lake.maintenance.TableMaintenance;
import io.leat.lake.maintenance.TableMaintenance.Orphaned;
import io.leat.lake.maintenance.TableMaintenance.Rule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maintains the blueprints' tables, one after the other, on a thread of its own: by itself when a
 * table needs it, and for whoever asks. A failure is logged, counted and told by the table; the
 * next round tries again.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
  private static final int MOST_REQUESTS = 16;

  /** Rounds that a busy machine can put off. */
  private static final int PATIENCE = 10;

  private static final Duration ORPHANS_EVERY = Duration.ofDays(1);
  private static final Duration LOOK_ANYWAY = Duration.ofMinutes(10);

  private final Maintenance settings;
  private final Catalog catalog;
  private final StreamRegistry streams;
  private final Function<String, RestorePoints> restorePoints;
  private final Supplier<Optional<String>> tooMuchLoad;
  private final InstantSource clock;
  private final UpkeepState state;
  private final ExecutorService manifests =
      Executors.newSingleThreadExecutor(task -> daemon(task, "leat-maintenance-manifests"));
  private final TableMaintenance maintenance;
  private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(MOST_REQUESTS);
  private final Map<TableIdentifier, Instant> orphansSought = new HashMap<>();
  private final Thread thread = daemon(this::run, "leat-maintenance");
  private final Instant started;
  private int putOff;
  private volatile boolean closed;

  /** What is asked for: one table or all, for real or only as a plan. */
  record Wanted(@Nullable String table, boolean isPlan) {}

  private record Request(Wanted wanted, CompletableFuture<Map<String, List<Step>>> answer) {}

  /**
   * @param restorePoints of a blueprint's job
   * @param tooMuchLoad why maintenance should wait
   */
  Upkeep(
      Maintenance settings,
      Catalog catalog,
      StreamRegistry streams,
      SnapshotLeases leases,
      TableLocks locks,
      Function<String, RestorePoints> restorePoints,
      Supplier<Optional<String>> tooMuchLoad,
      InstantSource clock,
      UpkeepState state) {
    this.settings = settings;
    this.catalog = catalog;
    this.streams = streams;
    this.restorePoints = restorePoints;
    this.tooMuchLoad = tooMuchLoad;
    this.clock = clock;
    this.state = state;
    this.started = clock.instant();
    MaintenancePolicy defaults = MaintenancePolicy.defaults();
    this.maintenance =
        new TableMaintenance(
            new MaintenancePolicy(
                settings.targetFileSize(),
                settings.smallFiles(),
                settings.settle(),
                settings.keepSnapshots(),
                defaults.keepCheckpoints(),
                settings.orphansAfter()),
            leases,
            locks,
            manifests,
            clock);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    thread.start();
  }

  /**
   * Puts a request behind what is under way.
   *
   * @return what was done, or would be, by table
   * @throws LeatException OVERLOADED when too many wait
   */
  CompletableFuture<Map<String, List<Step>>> ask(Wanted wanted) {
    Request request = new Request(wanted, new CompletableFuture<>());
    if (closed) {
      throw new LeatException(ErrorCode.NOT_READY, "Leat is stopping");
    }
    if (!requests.offer(request)) {
      throw new LeatException(
          ErrorCode.OVERLOADED, MOST_REQUESTS + " requests for maintenance wait already");
    }
    return request.answer();
  }

  private void run() {
    long next = System.nanoTime() + settings.interval().toNanos();
    while (!closed) {
      try {
        Request request = requests.poll(next - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (request != null) {
          serve(request);
        } else {
          if (settings.enabled()) {
            round();
          }
          next = System.nanoTime() + settings.interval().toNanos();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void serve(Request request) {
    try {
      state.running(true);
      request.answer().complete(answer(request.wanted()));
    } catch (RuntimeException e) {
      log.warn("Maintenance that was asked for failed: {}", e.toString());
      request.answer().completeExceptionally(e);
    } finally {
      state.running(false);
    }
  }

  private Map<String, List<Step>> answer(Wanted wanted) {
    Map<String, List<Step>> done = new TreeMap<>();
    RuntimeException failure = null;
    for (Kept kept : tables()) {
      String name = kept.id().toString();
      if (wanted.table() != null && !wanted.table().equals(name)) {
        continue;
      }
      if (wanted.isPlan()) {
        TableMaintenance.Order order = order(kept, catalog.loadTable(kept.id()), Orphaned.REMOVE);
        done.put(name, maintenance.plan(order, new CoreShare(1, () -> closed)));
        continue;
      }
      try {
        done.put(name, maintain(kept, catalog.loadTable(kept.id()), Orphaned.REMOVE));
      } catch (RuntimeException e) {
        failed(kept, e);
        failure = e;
      }
    }
    if (wanted.table() != null && done.isEmpty() && failure == null) {
      throw new LeatException(
          ErrorCode.UNKNOWN_TABLE, "There is no table '" + wanted.table() + "' to maintain");
    }
    if (failure != null) {
      throw failure;
    }
    return done;
  }

  /** One look at every table. */
  private void round() {
    String reason = reasonToWait();
    if (reason != null && putOff++ < PATIENCE) {
      state.all(upkeep -> upkeep.waiting(reason));
      return;
    }
    putOff = 0;
    List<Kept> tables;
    try {
      tables = tables();
    } catch (RuntimeException e) {
      if (!closed) {
        log.warn("The tables to maintain cannot be listed: {}", e.toString());
        state.countFailure();
      }
      return;
    }
    state.retain(tables.stream().map(kept -> kept.id().toString()).toList());
    for (Kept kept : tables) {
      try {
        Table table = catalog.loadTable(kept.id());
        Orphaned orphaned = orphaned(kept);
        if (orphaned == Orphaned.REMOVE || isDue(kept, table)) {
          maintain(kept, table, orphaned);
        }
      } catch (CancellationException e) {
        return;
      } catch (RuntimeException e) {
        failed(kept, e);
      }
    }
  }

  private @Nullable String reasonToWait() {
    try {
      return tooMuchLoad.get().orElse(null);
    } catch (LeatException e) {
      return "an engine does not answer: " + e.code().code();
    }
  }

  private Orphaned orphaned(Kept kept) {
    Instant last = orphansSought.getOrDefault(kept.id(), started);
    // The first time some minutes after the start: those who restart often have orphans too.
    Duration every = last.equals(started) ? LOOK_ANYWAY : ORPHANS_EVERY;
    return last.plus(every).isBefore(clock.instant()) ? Orphaned.REMOVE : Orphaned.LEAVE;
  }

  /** From the table's metadata alone. */
  private boolean isDue(Kept kept, Table table) {
    TableUpkeep known = state.of(kept.id().toString());
    Snapshot head = table.currentSnapshot();
    Stock stock = known.stock();
    if (stock == null || known.looked() == null) {
      return true;
    }
    long files =
        head == null
            ? 0
            : Long.parseLong(
                head.summary().getOrDefault(SnapshotSummary.TOTAL_DATA_FILES_PROP, "0"));
    if (files - stock.files() >= settings.smallFiles() / 2) {
      return true;
    }
    boolean isOld = known.looked().plus(LOOK_ANYWAY).isBefore(clock.instant());
    boolean isIdle =
        head != null
            && Objects.equals(known.head(), head.snapshotId())
            && kept.rule() == null
            && stock.snapshots() <= 1;
    return isOld && !isIdle;
  }

  private List<Step> maintain(Kept kept, Table table, Orphaned orphaned) {
    String name = kept.id().toString();
    long start = System.nanoTime();
    List<Step> steps =
        maintenance.run(
            order(kept, table, orphaned),
            new CoreShare(settings.coreShare() / 100.0, () -> closed));
    if (orphaned == Orphaned.REMOVE) {
      orphansSought.put(kept.id(), clock.instant());
    }
    Stock stock = maintenance.stock(table);
    Snapshot head = table.currentSnapshot();
    List<Step> did = steps.stream().filter(step -> !step.isNothing()).toList();
    TableUpkeep before = state.of(name);
    Instant now = clock.instant();
    state.put(
        name,
        new TableUpkeep(
            stock,
            now,
            head == null ? null : head.snapshotId(),
            did.isEmpty() ? before.did() : did,
            did.isEmpty() ? before.didAt() : now,
            null,
            null));
    state.time(System.nanoTime() - start);
    if (!did.isEmpty()) {
      log.info("Maintained {}: {}", name, did);
    }
    return steps;
  }

  private void failed(Kept kept, RuntimeException failure) {
    if (closed) {
      return;
    }
    log.warn("Maintenance of {} failed; the next round tries again", kept.id(), failure);
    state.countFailure();
    String name = kept.id().toString();
    state.put(name, state.of(name).failed(failure.toString(), clock.instant()));
  }

  private TableMaintenance.Order order(Kept kept, Table table, Orphaned orphaned) {
    return new TableMaintenance.Order(
        table, kept.rule(), orphaned, new JobCheckpoints(restorePoints.apply(kept.blueprint())));
  }

  /** A table of a blueprint, and how long its rows stay. */
  private record Kept(String blueprint, TableIdentifier id, @Nullable Rule rule) {}

  private List<Kept> tables() {
    Map<TableIdentifier, Rule> rules = new HashMap<>();
    TreeSet<String> blueprints = new TreeSet<>();
    for (ServedStream stream : streams.all()) {
      String blueprint = stream.blueprint().name();
      String name = stream.spec().name();
      blueprints.add(blueprint);
      Duration keepFor = stream.spec().keepFor();
      if (keepFor != null) {
        rules.put(
            TableIdentifier.of(Names.rawNamespace(blueprint), name),
            new Rule("received_at", keepFor));
        rules.put(
            TableIdentifier.of(Names.processedNamespace(blueprint), name),
            new Rule(EventTables.RECEIVED_AT, keepFor));
      }
    }
    return blueprints.stream()
        .flatMap(
            blueprint ->
                List.of(Names.rawNamespace(blueprint), Names.processedNamespace(blueprint)).stream()
                    .flatMap(namespace -> catalog.listTables(Namespace.of(namespace)).stream())
                    .sorted(java.util.Comparator.comparing(TableIdentifier::toString))
                    .map(id -> new Kept(blueprint, id, rules.get(id))))
        .toList();
  }

  /** Gives up what is under way: what was committed stays, all else is left as it was. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    manifests.shutdownNow();
    for (Request left = requests.poll(); left != null; left = requests.poll()) {
      left.answer()
          .completeExceptionally(new LeatException(ErrorCode.NOT_READY, "Leat is stopping"));
    }
  }
}
