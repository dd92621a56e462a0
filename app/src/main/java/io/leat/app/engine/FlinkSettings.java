package io.leat.app.engine;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the embedded Flink is set up.
 *
 * @param parallelism of each job
 * @param slots how many subtasks of each operator run at once, all jobs together
 * @param networkMb memory for records between tasks, in MiB
 * @param checkpointInterval how often jobs make themselves restorable and sinks commit
 * @param checkpointTimeout how long a checkpoint may take
 * @param bufferTimeout how long a record may wait for others on its way to the next task
 * @param retained how many checkpoints of a job are kept
 * @param stopTimeout how long jobs get for their last savepoint when the engine is closed
 * @param restarts how often a failing job is started anew, with growing pauses from 0.2 to 30 s,
 *     before it counts as failed
 * @param properties Flink options that win over Leat's
 */
public record FlinkSettings(
    int parallelism,
    int slots,
    int networkMb,
    Duration checkpointInterval,
    Duration checkpointTimeout,
    Duration bufferTimeout,
    int retained,
    Duration stopTimeout,
    int restarts,
    Map<String, String> properties) {

  public FlinkSettings {
    if (parallelism < 1 || slots < parallelism || retained < 1 || restarts < 1 || networkMb < 8) {
      throw new IllegalArgumentException(
          "Flink needs parallelism >= 1, slots >= parallelism, retained >= 1, restarts >= 1,"
              + " networkMb >= 8");
    }
    properties = Map.copyOf(properties);
  }

  /**
   * For 2 cores: parallelism 2, 8 slots, 32 MiB, checkpoints each 5 s within 60 s, 100 ms of
   * waiting for others (rows wait for a commit anyway, and forty tasks that flush each 5 ms take 13
   * % of a core when idle), ten kept; 8 restarts, the last after some 50 s.
   */
  public static FlinkSettings defaults() {
    return new FlinkSettings(
        2,
        8,
        32,
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofMillis(100),
        10,
        Duration.ofSeconds(10),
        8,
        Map.of());
  }

  /** The same with another interval between checkpoints. */
  public FlinkSettings with(Duration otherInterval) {
    return copy(otherInterval, properties);
  }

  /** The same with a Flink option more. */
  public FlinkSettings with(String key, String value) {
    Map<String, String> changed = new TreeMap<>(properties);
    changed.put(key, value);
    return copy(checkpointInterval, changed);
  }

  private FlinkSettings copy(Duration interval, Map<String, String> all) {
    return new FlinkSettings(
        parallelism,
        slots,
        networkMb,
        interval,
        checkpointTimeout,
        bufferTimeout,
        retained,
        stopTimeout,
        restarts,
        all);
  }
}
