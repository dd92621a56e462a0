package io.leat.app.platform;

import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.HeldState;
import io.leat.app.engine.RestorePoint;
import io.leat.app.engine.RestorePoints;
import io.leat.app.engine.SourcePositions;
import io.leat.blueprint.Blueprint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.CatalogSpec;
import io.leat.lake.FlinkCommits;
import io.leat.lake.maintenance.TableLocks;
import io.leat.stream.IcebergLakeSinks;
import io.leat.stream.KafkaLakeSources;
import io.leat.stream.LakeCatalogLoader;
import io.leat.stream.LakeJob;
import io.leat.stream.LakeTables;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one lake job per blueprint, from where its last run ended. */
final class LakeJobs {
  private static final Logger log = LoggerFactory.getLogger(LakeJobs.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration CHECKPOINT_TIMEOUT = Duration.ofSeconds(60);
  private static final int HOLD_ATTEMPTS = 5;

  /** How many checkpoints back a job may go at a start, when newer ones cannot be read. */
  static final int KEPT_RESTORE_POINTS = 10;

  private final FlinkEngine flink;
  private final Properties consumer;
  private final CatalogSpec catalog;
  private final int parallelism;
  private final Lookback lookback;
  private final Consumer<String> starting;
  private final TableLocks locks;
  private final Map<String, FlinkJob> jobs = new ConcurrentSkipListMap<>();

  /**
   * @param starting told a job's consumer group before the job is submitted
   * @param locks of the tables that are rearranged
   */
  LakeJobs(
      FlinkEngine flink,
      Properties consumer,
      CatalogSpec catalog,
      int parallelism,
      Consumer<String> starting,
      TableLocks locks,
      InstantSource clock) {
    this.flink = flink;
    this.consumer = consumer;
    this.catalog = catalog;
    this.parallelism = parallelism;
    this.starting = starting;
    this.locks = locks;
    this.lookback = new Lookback(consumer, clock);
  }

  /** How far a blueprint's tables are. */
  @FunctionalInterface
  interface Committed {
    /** The first offset that is not yet committed, by partition, in the plan's log epoch. */
    Map<Integer, Long> nextOffsets(StreamPlan plan);
  }

  /**
   * Takes the blueprint's tables back to what its job will go on from, where they are ahead of it:
   * what a lost checkpoint committed is read from the log again. When all checkpoints are lost,
   * they go back to the newest one that is in all of them. Only while the job does not run.
   *
   * @throws LeatException CONFLICT when that is not possible; nothing of that table was changed
   */
  void align(Blueprint blueprint, Catalog tables) {
    RestorePoint from = restorePoint(name(blueprint));
    if (from == null) {
      alignWithoutCheckpoint(blueprint, tables);
      return;
    }
    rollBack(
        LakeTables.of(blueprint),
        tables,
        new FlinkCommits.Restored(from.job(), from.checkpointId(), from.completed()));
  }

  private void alignWithoutCheckpoint(Blueprint blueprint, Catalog tables) {
    LostCheckpoints lost = lost(blueprint, tables);
    FlinkCommits.Commit common = lost.common().orElse(null);
    if (common == null) {
      return;
    }
    log.warn(
        "The job {} has no checkpoint any more, but its tables have rows. They are together at"
            + " checkpoint {}, from where it begins anew",
        name(blueprint),
        common.checkpoint());
    rollBack(
        lost.tables(), tables, new FlinkCommits.Restored(null, common.checkpoint(), common.at()));
    try {
      restorePoints(blueprint.name()).empty(common.checkpoint());
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "Cannot write a savepoint of the job " + name(blueprint), e);
    }
  }

  private static LostCheckpoints lost(Blueprint blueprint, Catalog tables) {
    return new LostCheckpoints(blueprint.name(), LakeTables.of(blueprint), tables);
  }

  private void rollBack(List<TableIdentifier> ids, Catalog tables, FlinkCommits.Restored to) {
    for (TableIdentifier id : ids) {
      Table table = tables.loadTable(id);
      int undone = locks.with(table, () -> FlinkCommits.rollBack(table, to));
      if (undone > 0) {
        log.warn(
            "{} was ahead of checkpoint {}, from which the job goes on: commits undone: {}; their"
                + " records are read from the log again",
            id,
            to.checkpoint(),
            undone);
      }
    }
  }

  /**
   * How far the blueprint's log had been read when its newest checkpoint or savepoint was taken, or
   * is in its tables, whichever is further: by partition, the offset behind. Nothing of earlier log
   * epochs.
   *
   * @param committed how far its tables are
   */
  Map<TopicPartition, Long> read(Provisioning.Provisioned blueprint, Committed committed) {
    Map<TopicPartition, Long> read = new HashMap<>();
    Set<String> sources = new HashSet<>();
    sources.add(KafkaLakeSources.uid("rejected", blueprint.rejectedEpoch()));
    for (StreamPlan plan : blueprint.plans()) {
      sources.add(KafkaLakeSources.uid(plan.stream(), plan.epoch()));
      committed
          .nextOffsets(plan)
          .forEach(
              (partition, next) -> read.put(new TopicPartition(plan.topic(), partition), next));
    }
    RestorePoint from = restorePoint(name(blueprint.blueprint()));
    if (from != null) {
      SourcePositions.of(from, sources::contains)
          .forEach((partition, next) -> read.merge(partition, next, Math::max));
    }
    return read;
  }

  /**
   * Submits the blueprint's job, restored from its newest checkpoint or savepoint.
   *
   * @param tables to ask how far it is with what has no state
   * @param committed how far its tables are
   * @throws LeatException CONFLICT when state would be lost, INTERNAL when it does not start
   */
  void start(Provisioning.Provisioned blueprint, Catalog tables, Committed committed) {
    String name = name(blueprint.blueprint());
    RestorePoint from = restorePoint(name);
    StreamExecutionEnvironment environment = flink.environment(name);
    LakeJob.build(
        blueprint.plans(),
        new KafkaLakeSources(
            environment,
            consumer,
            blueprint.blueprint().name(),
            blueprint.rejectedEpoch(),
            new Beginning(blueprint, tables, committed, uids(name, from)),
            null),
        new IcebergLakeSinks(
            new LakeCatalogLoader(catalog), blueprint.blueprint().name(), parallelism),
        flink.files(name));
    log.info(
        "Starting the job {} {}", name, from == null ? "without state" : "from " + from.location());
    starting.accept(KafkaLakeSources.group(blueprint.blueprint().name()));
    FlinkJob job =
        flink.submit(
            environment.getStreamGraph(),
            name,
            from,
            (uid, point) -> mayDrop(blueprint.blueprint(), uid, point));
    jobs.put(blueprint.blueprint().name(), job);
    job.awaitStart(START_TIMEOUT);
  }

  /**
   * Stops the blueprint's job at a savepoint, when it runs, so that {@link #start} goes on from
   * there. Nothing is lost and nothing is read twice; the gateway goes on accepting meanwhile.
   */
  void stop(Blueprint blueprint) {
    FlinkJob running = jobs.get(blueprint.name());
    if (running != null && !running.status().isGloballyTerminalState()) {
      running.stopWithSavepoint(STOP_TIMEOUT);
    }
  }

  /** It may be starting, or starting again. */
  private FlinkJob awaitProcessing(String blueprint) {
    long deadline = System.nanoTime() + CHECKPOINT_TIMEOUT.toNanos();
    while (true) {
      FlinkJob job = jobs.get(blueprint);
      if (job != null && job.isProcessing()) {
        return job;
      }
      boolean hasEnded = job == null || job.status().isGloballyTerminalState();
      if (hasEnded || System.nanoTime() - deadline > 0) {
        throw new LeatException(
            ErrorCode.PROCESSOR_UNAVAILABLE,
            "The job of " + blueprint + " does not run; see 'leat status'");
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LeatException(ErrorCode.NOT_READY, "Interrupted while waiting for a job", e);
      }
    }
  }

  /**
   * Holds what the blueprint's job remembers at a checkpoint whose rows are in the tables.
   *
   * @throws LeatException PROCESSOR_UNAVAILABLE when the job does not run or takes no checkpoint
   */
  HeldState hold(String blueprint) {
    FlinkJob job = awaitProcessing(blueprint);
    IOException gone = new IOException("no attempt");
    for (int attempt = 0; attempt < HOLD_ATTEMPTS; attempt++) {
      long checkpoint = job.checkpoint(CHECKPOINT_TIMEOUT);
      try {
        HeldState held = flink.hold(job.name(), checkpoint, LakeJob::isMemory);
        // Committers commit the one checkpoint before the barrier of the next reaches them.
        job.checkpoint(CHECKPOINT_TIMEOUT);
        return held;
      } catch (IOException e) {
        gone = e; // newer ones took its place: try with one of those
      }
    }
    throw new LeatException(
        ErrorCode.PROCESSOR_UNAVAILABLE,
        "No checkpoint of the job of " + blueprint + " could be held: " + gone,
        gone);
  }

  /** Where a restore puts what the blueprint's job remembers. */
  static FlinkEngine.Seed seed(FlinkEngine flink, String blueprint) {
    return flink.seed(name(blueprint));
  }

  private static String name(Blueprint blueprint) {
    return name(blueprint.name());
  }

  /** The name of a blueprint's job. */
  static String name(String blueprint) {
    return blueprint + "-lake";
  }

  /**
   * Sources of a topic's earlier lives have no use. A removed stream's state may go when nothing of
   * it waits to be committed, as after a clean stop; a checkpoint may hold files for its tables.
   */
  private static boolean mayDrop(Blueprint blueprint, String uid, RestorePoint from) {
    Stream<String> served =
        Stream.concat(blueprint.streams().keySet().stream(), Stream.of("rejected"));
    return served.anyMatch(stream -> KafkaLakeSources.isSourceOf(stream, uid))
        || (!blueprint.removed().isEmpty() && from.kind() == RestorePoint.Kind.SAVEPOINT);
  }

  private Set<String> uids(String name, @Nullable RestorePoint from) {
    try {
      return from == null ? Set.of() : flink.restorePoints(name).uids(from);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "The checkpoint " + from + " cannot be read: " + e, e);
    }
  }

  /** Where sources without state begin; those with state ask for nothing. */
  private final class Beginning implements KafkaLakeSources.Committed {
    private final Provisioning.Provisioned made;
    private final Catalog tables;
    private final Committed committed;
    private final Set<String> stateful;

    Beginning(
        Provisioning.Provisioned made, Catalog tables, Committed committed, Set<String> stateful) {
      this.made = made;
      this.tables = tables;
      this.committed = committed;
      this.stateful = stateful;
    }

    @Override
    public Map<Integer, Long> nextOffsets(StreamPlan plan) {
      return committed.nextOffsets(plan);
    }

    @Override
    public Map<Integer, Long> readFrom(StreamPlan plan) {
      Map<Integer, Long> next = nextOffsets(plan);
      if (next.isEmpty() || stateful.contains(KafkaLakeSources.sourceUid(plan))) {
        return next;
      }
      Lookback.From from = lookback.of(plan, next);
      log.info(
          "{} begins without state at {}; what it has to know of duplicates is read again from {}",
          plan.topic(),
          next,
          from.offsets());
      if (from.remembersFrom() != null) {
        log.warn(
            "The log of {} does not go back as far as duplicates are known: those of events before"
                + " {} will be taken for new",
            plan.topic(),
            from.remembersFrom());
      }
      return from.offsets();
    }

    @Override
    public Map<Integer, Long> nextRejected() {
      return stateful.contains(KafkaLakeSources.rejectedUid(made.rejectedEpoch()))
          ? Map.of()
          : lost(made.blueprint(), tables).nextRejected(made.rejectedEpoch());
    }
  }

  private @Nullable RestorePoint restorePoint(String name) {
    try {
      flink.restorePoints(name).prune(KEPT_RESTORE_POINTS);
      return flink.restorePoints(name).newest();
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "The checkpoints of the job " + name + " cannot be read: " + e, e);
    }
  }

  /** The newest submission of each job, by its consumer group. */
  Map<String, FlinkJob> byGroup() {
    Map<String, FlinkJob> all = new HashMap<>();
    jobs.forEach((blueprint, job) -> all.put(KafkaLakeSources.group(blueprint), job));
    return all;
  }

  /** What the job of a blueprint can be restored from. */
  RestorePoints restorePoints(String blueprint) {
    return flink.restorePoints(name(blueprint));
  }

  /** The newest submission of each job. */
  Collection<FlinkJob> jobs() {
    return List.copyOf(jobs.values());
  }

  /** Whether the blueprint's job has ended, and nobody has started it again. */
  boolean hasEnded(String blueprint) {
    FlinkJob job = jobs.get(blueprint);
    return job != null && job.status().isGloballyTerminalState();
  }
}
