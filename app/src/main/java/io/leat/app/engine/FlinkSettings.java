package io.leat.app.engine;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the embedded Flink is set up.
 *
 * @param parallelism of each job
 * @param slots how many subtasks of each operator run at once, all jobs together
 * @param state where operators keep what they remember
 * @param networkMb memory for records between tasks, in MiB
 * @param managedMb memory for RocksDB, in MiB
 * @param checkpointInterval how often jobs make themselves restorable and sinks commit
 * @param checkpointTimeout how long a checkpoint may take
 * @param bufferTimeout how long a record may wait for others on its way to the next task
 * @param retained how many checkpoints of a job are kept
 * @param stopTimeout how long jobs get for their last savepoint when the engine is closed
 * @param durability with {@link Durability#DISK} checkpoints are forced to the device
 * @param properties Flink options that win over Leat's
 */
public record FlinkSettings(
    int parallelism,
    int slots,
    State state,
    int networkMb,
    int managedMb,
    Duration checkpointInterval,
    Duration checkpointTimeout,
    Duration bufferTimeout,
    int retained,
    Duration stopTimeout,
    Durability durability,
    Map<String, String> properties) {

  /** Where operators keep what they remember. */
  public enum State {
    /** On the heap: fast, bounded by it. */
    HASHMAP,
    /** In RocksDB, on disk beyond its memory. */
    ROCKSDB
  }

  public FlinkSettings {
    if (parallelism < 1 || slots < parallelism || retained < 1 || networkMb < 8 || managedMb < 0) {
      throw new IllegalArgumentException(
          "Flink needs parallelism >= 1, slots >= parallelism, retained >= 1, networkMb >= 8");
    }
    properties = Map.copyOf(properties);
  }

  /**
   * For 2 cores: parallelism 2, 8 slots, RocksDB, 32 and 64 MiB, checkpoints each 5 s within 60 s,
   * 5 ms of waiting for others, three kept.
   */
  public static FlinkSettings defaults() {
    return new FlinkSettings(
        2,
        8,
        State.ROCKSDB,
        32,
        64,
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofMillis(5),
        3,
        Duration.ofSeconds(10),
        Durability.PROCESS,
        Map.of());
  }

  /** The same with another state backend. */
  public FlinkSettings with(State other) {
    return copy(other, checkpointInterval, durability, properties);
  }

  /** The same with another interval between checkpoints. */
  public FlinkSettings with(Duration otherInterval) {
    return copy(state, otherInterval, durability, properties);
  }

  /** The same with another durability. */
  public FlinkSettings with(Durability other) {
    return copy(state, checkpointInterval, other, properties);
  }

  /** The same with a Flink option more. */
  public FlinkSettings with(String key, String value) {
    Map<String, String> changed = new TreeMap<>(properties);
    changed.put(key, value);
    return copy(state, checkpointInterval, durability, changed);
  }

  private FlinkSettings copy(
      State otherState, Duration interval, Durability otherDurability, Map<String, String> all) {
    return new FlinkSettings(
        parallelism,
        slots,
        otherState,
        networkMb,
        managedMb,
        interval,
        checkpointTimeout,
        bufferTimeout,
        retained,
        stopTimeout,
        otherDurability,
        all);
  }
}
