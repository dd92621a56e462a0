package io.leat.app.platform;

import io.leat.app.detect.Detection;
import io.leat.app.disk.DiskGuard;
import io.leat.app.disk.EmbeddedLog;
import io.leat.app.disk.FileSpace;
import io.leat.app.disk.LogBudget;
import io.leat.app.disk.LogRetention;
import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.Durability;
import io.leat.app.engine.EmbeddedEngines;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.FlinkSettings;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import io.leat.app.engine.PostgresEngine;
import io.leat.app.engine.PostgresSettings;
import io.leat.app.engine.StartObserver;
import io.leat.app.settings.Flink;
import io.leat.app.settings.Kafka;
import io.leat.app.settings.Postgres;
import io.leat.app.settings.Settings;
import io.leat.blueprint.Blueprint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.HttpService;
import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import io.leat.state.SoleProcess;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.leat.stream.LakeCatalogLoader;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What everything else stands on: the data directory, the log, the state store, the processor and
 * the lake's catalog, embedded or elsewhere as {@code leat.yaml} says.
 */
final class Foundation {
  private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

  /** How long another process that had the database may take to end. */
  private static final Duration CLAIM_WITHIN = Duration.ofSeconds(10);

  /** With less, tasks of a blueprint with many streams get fewer buffers than they ask for. */
  private static final int NETWORK_MB_A_SLOT = 16;

  private final Settings settings;
  private final DataDirectory data;
  private final EmbeddedEngines engines;
  private final StateSettings stateSettings;
  private final StateDatabase state;
  private final CatalogSpec catalogSpec;
  private final LakeCatalog catalog;
  private final @Nullable LogBudget logBudget;
  private final @Nullable EmbeddedLog log;
  private volatile @Nullable LogRetention retention;

  /**
   * Starts and opens it all.
   *
   * @param blueprints that will be served: how much log and how many slots there have to be
   * @param closing takes what has to be closed, also when a part does not start
   * @throws io.leat.event.LeatException if the data directory is in use, the log has too little
   *     space, or an engine does not start
   */
  Foundation(
      Settings settings,
      Collection<Blueprint> blueprints,
      Closing closing,
      StartObserver observer) {
    this(
        settings,
        blueprints,
        closing.add("data directory", DataDirectory.open(settings.data())),
        closing,
        observer,
        state -> {});
  }

  /**
   * In a data directory that is open.
   *
   * @param blueprints as above
   * @param beforeState what to do when PostgreSQL runs, before Leat's tables are looked at
   */
  Foundation(
      Settings settings,
      Collection<Blueprint> blueprints,
      DataDirectory data,
      Closing closing,
      StartObserver observer,
      Consumer<StateSettings> beforeState) {
    this.settings = settings;
    this.data = data;
    HttpService.checkPort(SettingsMapping.http(settings.http()));
    logBudget =
        settings.kafka() instanceof Kafka.Embedded
            ? LogBudget.of(settings.disk().log(), data.root(), Provisioning.partitions(blueprints))
            : null;
    AtomicReference<@Nullable CatalogSpec> shared = new AtomicReference<>();
    if (settings.postgres() instanceof Postgres.External external) {
      closing.add("claim on the database", claim(state(external)));
    }
    closing.add("catalogs of the jobs", () -> closeCatalogs(shared.get()));
    engines =
        closing.add(
            "engines",
            start(settings, data, logBudget, slots(settings.flink(), blueprints), observer));
    stateSettings = state(settings.postgres(), engines);
    beforeState.accept(stateSettings);
    state =
        closing.add("state", observer.observe("state", () -> StateDatabase.open(stateSettings)));
    if (settings.durability() == Durability.DISK) {
      state.requireDurable();
    }
    catalogSpec = SettingsMapping.catalog(settings, stateSettings, data);
    shared.set(catalogSpec);
    catalog =
        closing.add("catalog", observer.observe("catalog", () -> LakeCatalog.open(catalogSpec)));
    log = logBudget == null ? null : closing.add("log's space", new EmbeddedLog(kafkaClient()));
  }

  /** After the jobs, which the engines end, have made their last commits. */
  private static void closeCatalogs(@Nullable CatalogSpec spec) {
    if (spec != null) {
      new LakeCatalogLoader(spec).close();
    }
  }

  DataDirectory data() {
    return data;
  }

  StateDatabase state() {
    return state;
  }

  LakeCatalog catalog() {
    return catalog;
  }

  /** For those that open the catalog themselves, as tasks do. */
  CatalogSpec catalogSpec() {
    return catalogSpec;
  }

  FlinkEngine flink() {
    return present(engines.flink(), "Flink");
  }

  /** Kafka client properties: where it is and how to speak to it. */
  Properties kafkaClient() {
    Properties client = new Properties();
    if (settings.kafka() instanceof Kafka.External external) {
      client.putAll(external.properties());
      client.put("bootstrap.servers", external.bootstrap());
    } else {
      client.put("bootstrap.servers", present(engines.kafka(), "Kafka").bootstrapServers());
    }
    return client;
  }

  /** Has the embedded broker forget what a consumer group committed. */
  void forget(String group) {
    if (log != null) {
      log.forget(group);
    }
  }

  /**
   * Watches the disks; the log gives up what its jobs surely have read when space is short.
   *
   * @param jobs by consumer group
   */
  DiskGuard guard(Supplier<Map<String, FlinkJob>> jobs, MeterRegistry registry) {
    if (logBudget == null || log == null) {
      return new DiskGuard(spaces(), 0, DiskGuard.KeptLog.ELSEWHERE, registry);
    }
    LogRetention kept = new LogRetention(log, jobs, LakeJobs.KEPT_RESTORE_POINTS);
    retention = kept;
    return new DiskGuard(spaces(), logBudget.bytes(), kept, registry);
  }

  /** Lets the log give up nothing that is read from now on, until the answer is closed. */
  LogRetention.Hold holdLog() {
    LogRetention kept = retention;
    return kept == null ? () -> {} : kept.hold();
  }

  /** The disks that Leat writes to, by what of it they hold. */
  private List<FileSpace> spaces() {
    Map<String, Path> parts = new LinkedHashMap<>();
    if (log != null) {
      parts.put(DiskGuard.LOG_PART, data.kafka());
    }
    if (engines.postgres() != null) {
      parts.put("postgres", data.postgres());
    }
    parts.put("flink", data.flink());
    if ("file".equals(settings.warehouse().getScheme())) {
      parts.put("warehouse", Path.of(settings.warehouse()));
    } else {
      parts.put("staging", data.staging());
    }
    try {
      return FileSpace.of(parts, settings.disk().reserve());
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "The disks of the data directory cannot be looked at: " + e, e);
    }
  }

  /** Copies that a topic can have at most. */
  int replication() {
    return settings.kafka() instanceof Kafka.External external ? external.replication() : 1;
  }

  /**
   * What each topic needs for the promise: a broker elsewhere has to be told, ours knows. On a
   * cluster every copy is forced to its device before the acknowledgement.
   */
  Map<String, String> durability() {
    return settings.kafka() instanceof Kafka.External && settings.durability() == Durability.DISK
        ? Map.of("flush.messages", "1")
        : Map.of();
  }

  /** After topics were made, whichever the durability: a lost directory is a lost log. */
  void forceLog() {
    KafkaEngine kafka = engines.kafka();
    if (kafka != null) {
      kafka.forceNames();
    }
  }

  /** The engines and where they are. */
  List<Component> components() {
    return List.of(
        new Component(
            "kafka",
            kafkaClient().getProperty("bootstrap.servers"),
            settings.kafka() instanceof Kafka.External ? "external" : "embedded"),
        new Component(
            "postgres",
            stateSettings.url().replaceFirst("^jdbc:", ""),
            settings.postgres() instanceof Postgres.External ? "external" : "embedded"));
  }

  private static EmbeddedEngines start(
      Settings settings,
      DataDirectory data,
      @Nullable LogBudget logBudget,
      int slots,
      StartObserver observer) {
    return EmbeddedEngines.start(
        data,
        settings.postgres() instanceof Postgres.Embedded ? PostgresSettings.defaults() : null,
        logBudget == null
            ? null
            : KafkaSettings.defaults()
                .with(settings.durability())
                .withSegmentBytes(logBudget.segmentBytes()),
        flink(settings.flink(), slots),
        observer);
  }

  private static StateSettings state(Postgres postgres, EmbeddedEngines engines) {
    if (postgres instanceof Postgres.External external) {
      return state(external);
    }
    PostgresEngine engine = present(engines.postgres(), "PostgreSQL");
    return StateSettings.of(engine.jdbcUrl(), engine.user(), engine.password());
  }

  private static StateSettings state(Postgres.External external) {
    String password = external.password();
    return StateSettings.of(external.url(), external.user(), password == null ? "" : password);
  }

  /** An embedded one is claimed with the data directory. */
  private static SoleProcess claim(StateSettings settings) {
    return SoleProcess.claim(
        settings, "leat " + DataDirectory.self(), CLAIM_WITHIN, Foundation::end);
  }

  /** As a kill does: an orderly end would commit what the other one commits too. */
  private static void end() {
    Runtime.getRuntime().halt(1);
  }

  /**
   * What the jobs of the blueprints need: all streams and side tables of one share a slot for each
   * subtask.
   */
  private static int slots(Flink flink, Collection<Blueprint> blueprints) {
    int detecting = (int) blueprints.stream().filter(Detection::isAskedFor).count();
    return blueprints.size() * flink.parallelism() + detecting * detectParallelism(flink);
  }

  private static int detectParallelism(Flink flink) {
    return (flink.parallelism() + 1) / 2;
  }

  /** Of detect jobs: half of the others, rounded up; their operators are tasks of their own. */
  int detectParallelism() {
    return detectParallelism(settings.flink());
  }

  /** For those that open connections themselves, as tasks do. */
  StateSettings stateSettings() {
    return stateSettings;
  }

  private static FlinkSettings flink(Flink flink, int slots) {
    FlinkSettings defaults = FlinkSettings.defaults();
    return new FlinkSettings(
        flink.parallelism(),
        Math.max(defaults.slots(), slots),
        Math.max(defaults.networkMb(), NETWORK_MB_A_SLOT * (slots + 1)),
        flink.commitInterval(),
        defaults.checkpointTimeout(),
        defaults.bufferTimeout(),
        defaults.retained(),
        STOP_WITHIN,
        flink.restarts(),
        Map.of());
  }

  private static <T> T present(@Nullable T engine, String name) {
    if (engine == null) {
      throw new IllegalStateException(name + " is neither embedded nor external");
    }
    return engine;
  }
}
