package io.leat.app.platform;

import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.RestorePoint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.CatalogSpec;
import io.leat.stream.IcebergLakeSinks;
import io.leat.stream.KafkaLakeSources;
import io.leat.stream.LakeCatalogLoader;
import io.leat.stream.LakeJob;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one lake job per blueprint, from where its last run ended. */
final class LakeJobs {
  private static final Logger log = LoggerFactory.getLogger(LakeJobs.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
  private static final int KEPT_RESTORE_POINTS = 3;

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

  /** Submits the blueprint's job, restored from its newest checkpoint or savepoint. */
  void start(Provisioning.Provisioned blueprint) {
    submit(blueprint, FlinkEngine.Leftovers.REFUSE);
  }

  /**
   * Stops the blueprint's job at a savepoint and starts it anew from there. Nothing is lost and
   * nothing is read twice; the gateway goes on accepting meanwhile.
   *
   * @param leftovers DROP when streams were removed
   */
  void restart(Provisioning.Provisioned blueprint, FlinkEngine.Leftovers leftovers) {
    FlinkJob running = jobs.get(blueprint.blueprint().name());
    if (running != null && !running.status().isGloballyTerminalState()) {
      running.stopWithSavepoint(STOP_TIMEOUT);
    }
    submit(blueprint, leftovers);
  }

  private void submit(Provisioning.Provisioned blueprint, FlinkEngine.Leftovers leftovers) {
    String name = blueprint.blueprint().name() + "-lake";
    StreamExecutionEnvironment environment = flink.environment(name);
    LakeJob.build(
        blueprint.plans(),
        new KafkaLakeSources(
            environment, consumer, blueprint.blueprint().name(), blueprint.rejectedEpoch(), null),
        new IcebergLakeSinks(
            new LakeCatalogLoader(catalog), blueprint.blueprint().name(), parallelism),
        flink.files(name));
    RestorePoint from = restorePoint(name);
    log.info(
        "Starting the job {} {}", name, from == null ? "without state" : "from " + from.location());
    jobs.put(
        blueprint.blueprint().name(),
        flink.submit(environment.getStreamGraph(), name, from, leftovers));
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

  /** The newest submission of each job. */
  Collection<FlinkJob> jobs() {
    return List.copyOf(jobs.values());
  }
}
