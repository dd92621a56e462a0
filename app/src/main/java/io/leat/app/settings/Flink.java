package io.leat.app.settings;

import java.time.Duration;

/**
 * The processor.
 *
 * @param parallelism slots of each job
 * @param commitInterval time from one checkpoint, and so one commit to the tables, to the next
 * @param restarts how often a failing job is started anew, with growing pauses, before it counts as
 *     failed
 */
public record Flink(int parallelism, Duration commitInterval, int restarts) {
  /** The same with another interval. */
  public Flink withCommitInterval(Duration other) {
    return new Flink(parallelism, other, restarts);
  }
}
