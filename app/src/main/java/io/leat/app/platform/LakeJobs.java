package io.leat.app.platform;

import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.HeldState;
import io.leat.app.engine.RestorePoint;
import io.leat.app.engine.RestorePoints;
import io.leat.blueprint.Blueprint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.CatalogSpec;
import io.leat.lake.FlinkCommits;
import io.leat.stream.IcebergLakeSinks;
import io.leat.stream.KafkaLakeSources;
import io.leat.stream.LakeCatalogLoader;
import io.leat.stream.LakeJob;
import io.leat.stream.LakeTables;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one lake job per blueprint, from where its last run ended. */
final class LakeJobs {
  private static final Logger log = LoggerFactory.getLogger(LakeJobs.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration CHECKPOINT_TIMEOUT = Duration.ofSeconds(60);
  private static final int KEPT_RESTORE_POINTS = 10;
  private static final int HOLD_ATTEMPTS = 5;

  private final FlinkEngine flink;
  private final Properties consumer;
  private final CatalogSpec catalog;
  private final int parallelism;
  private final Map<String, FlinkJob> jobs = new ConcurrentSkipListMap<>();

  LakeJobs(FlinkEngine flink, Properties consumer, CatalogSpec catalog, int parallelism) {
    this.flink = flink;
    this.consumer = consumer;
    this.catalog = catalog;
    this.parallelism = parallelism;
  }

  /**
   * Takes the blueprint's tables back to what its job will go on from, where they are ahead of it:
   * what a lost checkpoint committed is read from the log again. Only while the job does not run.
   *
   * @return what was undone, in words
   * @throws LeatException CONFLICT when that is not possible; nothing of that table was changed
   */
  List<String> align(Blueprint blueprint, Catalog tables) {
    RestorePoint from = restorePoint(name(blueprint));
    if (from == null) {
      return List.of();
    }
    FlinkCommits.Restored to =
        new FlinkCommits.Restored(from.job(), from.checkpointId(), from.completed());
    List<String> notes = new ArrayList<>();
    for (TableIdentifier id : LakeTables.of(blueprint)) {
      int undone = FlinkCommits.rollBack(tables.loadTable(id), to);
      if (undone > 0) {
        String note =
            id
                + " was ahead of checkpoint "
                + from.checkpointId()
                + ", from which the job goes on: commits undone: "
                + undone;
        log.warn("{}; their records are read from the log again", note);
        notes.add(note);
      }
    }
    return List.copyOf(notes);
  }

  /**
   * Submits the blueprint's job, restored from its newest checkpoint or savepoint.
   *
   * @param committed how far its tables are
   * @throws LeatException CONFLICT when state would be lost, INTERNAL when it does not start
   */
  void start(Provisioning.Provisioned blueprint, KafkaLakeSources.Committed committed) {
    String name = name(blueprint.blueprint());
    StreamExecutionEnvironment environment = flink.environment(name);
    LakeJob.build(
        blueprint.plans(),
        new KafkaLakeSources(
            environment,
            consumer,
            blueprint.blueprint().name(),
            blueprint.rejectedEpoch(),
            committed,
            null),
        new IcebergLakeSinks(
            new LakeCatalogLoader(catalog), blueprint.blueprint().name(), parallelism),
        flink.files(name));
    RestorePoint from = restorePoint(name);
    log.info(
        "Starting the job {} {}", name, from == null ? "without state" : "from " + from.location());
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

  /**
   * Holds what the blueprint's job remembers at a checkpoint whose rows are in the tables.
   *
   * @throws LeatException PROCESSOR_UNAVAILABLE when the job does not run or takes no checkpoint
   */
  HeldState hold(String blueprint) {
    FlinkJob job = jobs.get(blueprint);
    if (job == null || !job.isProcessing()) {
      throw new LeatException(
          ErrorCode.PROCESSOR_UNAVAILABLE,
          "The job of " + blueprint + " does not run; see 'leat status'");
    }
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
    return flink.seed(blueprint + "-lake");
  }

  private static String name(Blueprint blueprint) {
    return blueprint.name() + "-lake";
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

  private @Nullable RestorePoint restorePoint(String name) {
    try {
      flink.restorePoints(name).prune(KEPT_RESTORE_POINTS);
      return flink.restorePoints(name).newest();
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "The checkpoints of the job " + name + " cannot be read: " + e, e);
    }
  }

  /** What the job of a blueprint can be restored from. */
  RestorePoints restorePoints(String blueprint) {
    return flink.restorePoints(blueprint + "-lake");
  }

  /** The newest submission of each job. */
  Collection<FlinkJob> jobs() {
    return List.copyOf(jobs.values());
  }
}
