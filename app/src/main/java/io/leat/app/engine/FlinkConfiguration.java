package io.leat.app.engine;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;

/** Flink's options, from {@link FlinkSettings} and a directory. */
final class FlinkConfiguration {
  private static final String LOOPBACK = "127.0.0.1";

  /** Of each state; Flink's default of 64 MiB is meant for far more memory. */
  private final Path directory;

  private final FlinkSettings settings;

  FlinkConfiguration(Path directory, FlinkSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** Checkpoints of the job {@code name} go under this directory, by Flink's job id. */
  Path checkpoints(String name) {
    return directory.resolve("checkpoints").resolve(name);
  }

  /** Savepoints of the job {@code name}. */
  Path savepoints(String name) {
    return directory.resolve("savepoints").resolve(name);
  }

  /** Files that the state of the job {@code name} refers to. */
  Path files(String name) {
    return directory.resolve("files").resolve(name);
  }

  /** Links to the state of the job {@code name} while it is copied; on the same disk as it. */
  Path held(String name) {
    return directory.resolve("held").resolve(name);
  }

  /** The location as Flink is to write to it: what a table's commit relies on is on the device. */
  static String location(Path path) {
    return DurableFileSystemFactory.SCHEME + ":" + path;
  }

  /** For the cluster. */
  Configuration cluster() {
    Configuration all = new Configuration();
    all.set(JobManagerOptions.ADDRESS, LOOPBACK);
    all.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    all.set(TaskManagerOptions.HOST, LOOPBACK);
    all.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    all.set(RestOptions.ADDRESS, LOOPBACK);
    all.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    all.set(RestOptions.BIND_PORT, "0");
    all.set(RestOptions.SERVER_NUM_THREADS, 1);
    all.set(BlobServerOptions.STORAGE_DIRECTORY, directory.resolve("blobs").toString());
    all.set(CoreOptions.TMP_DIRS, directory.resolve("tmp").toString());
    all.set(WebOptions.TMP_DIR, directory.resolve("tmp").toString());
    all.set(TaskManagerOptions.NUM_TASK_SLOTS, settings.slots());
    MemorySize network = MemorySize.ofMebiBytes(settings.networkMb());
    all.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
    all.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
    all.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ZERO); // nothing of ours uses it
    all.set(ClusterOptions.CLUSTER_IO_EXECUTOR_POOL_SIZE, 4);
    all.set(CoreOptions.CHECK_LEAKED_CLASSLOADER, false);
    // Flink reads it from the cluster's options, not from the job's.
    all.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, settings.retained());
    all.setString("metrics.reporter.leat.factory.class", DetectMetrics.Factory.class.getName());
    settings.properties().forEach(all::setString);
    return all;
  }

  /** For the job {@code name}. */
  Configuration job(String name) {
    Configuration all = new Configuration();
    all.set(PipelineOptions.NAME, name);
    all.set(PipelineOptions.OBJECT_REUSE, true);
    all.set(PipelineOptions.GENERIC_TYPES, false);
    all.set(CoreOptions.DEFAULT_PARALLELISM, settings.parallelism());
    all.set(ExecutionOptions.BUFFER_TIMEOUT, settings.bufferTimeout());
    putCheckpoints(all, name);
    putRestarts(all);
    settings.properties().forEach(all::setString);
    return all;
  }

  private void putCheckpoints(Configuration all, String name) {
    all.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, settings.checkpointInterval());
    all.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, settings.checkpointTimeout());
    all.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 3);
    all.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    all.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, location(checkpoints(name)));
    all.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, location(savepoints(name)));
    all.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
  }

  /**
   * A failing job is tried again ever more slowly, some times; then it has failed. The count begins
   * anew when it has run for a while.
   */
  private void putRestarts(Configuration all) {
    all.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, settings.restarts());
    all.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    all.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofMillis(200));
    all.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(30));
    all.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER, 2.0);
    all.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
        Duration.ofMinutes(5));
    all.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR, 0.1);
  }
}
