package io.leat.app.settings;

import java.time.Duration;

/**
 * The processor.
 *
 * @param parallelism slots of each job
 * @param commitInterval time from one checkpoint, and so one commit to the tables, to the next
 * @param stateBackend where the state is kept
 * @param memory bytes for what operators keep in RocksDB
 */
public record Flink(
    int parallelism, Duration commitInterval, StateBackend stateBackend, long memory) {

  /** Where state is kept while a job runs. */
  public enum StateBackend {
    /** On disk: as large as the disk. */
    ROCKSDB,
    /** On the heap: fast, and as large as the heap. */
    HASHMAP
  }
}
