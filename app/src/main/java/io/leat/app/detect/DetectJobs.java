package io.leat.app.detect;

import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.RestorePoint;
import io.leat.app.engine.SourcePositions;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.state.StateSettings;
import io.leat.stream.detect.DetectJob;
import io.leat.stream.detect.DetectPlan;
import io.leat.stream.detect.KafkaAlertSink;
import io.leat.stream.detect.KafkaDetectSources;
import io.leat.stream.hot.HotTableSink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one {@code detect} job per blueprint that asks for one, from where its last run ended. */
public final class DetectJobs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DetectJobs.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  /** Alerts do not wait for one, and what came after it is judged again in no time. */
  public static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(30);

  /**
   * No record waits for others on its way to the next task. A timer of 5 ms for each of some twenty
   * tasks costs 6 % of a core when idle; a task that is behind is told of records only once.
   */
  private static final Duration BUFFER_TIMEOUT = Duration.ZERO;

  private static final int KEPT_RESTORE_POINTS = 3;

  private final FlinkEngine flink;
  private final Properties client;
  private final StateSettings state;
  private final int parallelism;
  private final DetectBeginnings beginnings;
  private final Map<String, FlinkJob> jobs = new ConcurrentSkipListMap<>();

  /**
   * @param client Kafka client properties
   * @param state where tables of newest states are
   * @param parallelism of each job
   */
  public DetectJobs(FlinkEngine flink, Properties client, StateSettings state, int parallelism) {
    this.flink = flink;
    this.client = client;
    this.state = state;
    this.parallelism = parallelism;
    this.beginnings = new DetectBeginnings(client);
  }

  /** The name of a blueprint's job. */
  public static String name(String blueprint) {
    return blueprint + "-detect";
  }

  /**
   * How far the job had read the log when its newest checkpoint or savepoint was taken, by
   * partition.
   */
  public Map<TopicPartition, Long> read(Detection detection) {
    RestorePoint from = restorePoint(name(detection.blueprint()));
    Set<String> sources = new HashSet<>();
    detection
        .plans()
        .forEach(
            plan ->
                sources.add(KafkaDetectSources.uid(plan.stream().stream(), plan.stream().epoch())));
    return from == null ? Map.of() : SourcePositions.of(from, sources::contains);
  }

  /**
   * Submits the blueprint's job, restored from its newest checkpoint or savepoint; without one it
   * begins where the log ends now. State that nothing asks for any more is dropped, all of it when
   * the blueprint asks for no job.
   *
   * @param partitions by topic, how many it has
   * @throws LeatException CONFLICT when it runs, INTERNAL when it does not start
   */
  public void start(Detection detection, Map<String, Integer> partitions) {
    String blueprint = detection.blueprint();
    String name = name(blueprint);
    if (detection.plans().isEmpty()) {
      jobs.remove(blueprint);
      forget(blueprint);
      return;
    }
    RestorePoint from = restorePoint(name);
    Configuration options = flink.options(name);
    options.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
    options.set(ExecutionOptions.BUFFER_TIMEOUT, BUFFER_TIMEOUT);
    options.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(options);
    DetectJob.build(
        detection.plans(),
        new KafkaDetectSources(
            environment,
            client,
            blueprint,
            beginnings.of(KafkaDetectSources.group(blueprint), partitions(detection, partitions))),
        new KafkaAlertSink(client, blueprint),
        detection.tables().isEmpty()
            ? null
            : new HotTableSink(
                blueprint,
                detection.tables(),
                HotTableWriters.to(state),
                HotTableSink.Bounds.DEFAULT),
        flink.files(name));
    log.info(
        "Starting the job {} {}", name, from == null ? "without state" : "from " + from.location());
    FlinkJob job = flink.submit(environment.getStreamGraph(), name, from, (uid, point) -> true);
    jobs.put(blueprint, job);
    job.awaitStart(START_TIMEOUT);
  }

  /** What it knew is old when it is asked for again: nothing may be told from it then. */
  private void forget(String blueprint) {
    String name = name(blueprint);
    try {
      if (flink.forget(name)) {
        log.info("The job {} is asked for no more: what it knew is deleted", name);
      }
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "What the job " + name + " knew cannot be deleted: " + e, e);
    }
    beginnings.forget(KafkaDetectSources.group(blueprint));
  }

  private static List<TopicPartition> partitions(
      Detection detection, Map<String, Integer> partitions) {
    List<TopicPartition> all = new ArrayList<>();
    all.add(new TopicPartition(Names.markersTopic(detection.blueprint()), 0));
    for (DetectPlan plan : detection.plans()) {
      String topic = plan.stream().topic();
      IntStream.range(0, partitions.getOrDefault(topic, 0))
          .forEach(partition -> all.add(new TopicPartition(topic, partition)));
    }
    return all;
  }

  /**
   * Stops the blueprint's job, when it runs, so that {@link #start} goes on from there: at a
   * savepoint, or at its newest checkpoint when it takes none.
   */
  public void stop(String blueprint) {
    FlinkJob running = jobs.get(blueprint);
    if (running == null || running.status().isGloballyTerminalState()) {
      return;
    }
    try {
      running.stopWithSavepoint(STOP_TIMEOUT);
    } catch (LeatException e) {
      log.warn("The job {} takes no savepoint; its newest checkpoint stands", running.name(), e);
      running.cancel(STOP_TIMEOUT);
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

  /** The newest submission of each job. */
  public Stream<FlinkJob> jobs() {
    return jobs.values().stream();
  }

  /** Whether the blueprint's job has ended, and nobody has started it again. */
  public boolean hasEnded(String blueprint) {
    FlinkJob job = jobs.get(blueprint);
    return job != null && job.status().isGloballyTerminalState();
  }

  @Override
  public void close() {
    beginnings.close();
  }
}
