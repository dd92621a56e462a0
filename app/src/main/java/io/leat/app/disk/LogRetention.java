package io.leat.app.disk;

import io.leat.app.engine.FlinkJob;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * What the embedded log keeps when space is short: everything that a job may still have to read,
 * also when it has to go back to the oldest checkpoint that is kept for it. {@link #note} and
 * {@link #giveUp} belong to one thread.
 */
public final class LogRetention implements DiskGuard.KeptLog {
  private final EmbeddedLog log;
  private final Supplier<Map<String, FlinkJob>> jobs;
  private final int retained;
  private final Map<String, ReadOffsets> read = new HashMap<>();
  private final LogHolds holds = new LogHolds();

  /**
   * @param jobs what reads the log, by consumer group
   * @param retained how many checkpoints back a job may go, the newest included
   */
  public LogRetention(EmbeddedLog log, Supplier<Map<String, FlinkJob>> jobs, int retained) {
    this.log = log;
    this.jobs = jobs;
    this.retained = retained;
  }

  @Override
  public long bytes() {
    return log.bytes();
  }

  @Override
  public void note() {
    jobs.get()
        .forEach(
            (group, job) -> {
              // In this order: what is committed belongs to a checkpoint that is counted then.
              Map<TopicPartition, Long> committed = log.committed(group);
              read.computeIfAbsent(group, any -> new ReadOffsets(retained))
                  .note(job.id(), committed, job.checkpoints().completed());
            });
    holds.note(dispensable());
  }

  @Override
  public long giveUp() {
    Map<TopicPartition, Long> some = holds.within(dispensable());
    return some.isEmpty() ? 0 : log.giveUp(some);
  }

  private Map<TopicPartition, Long> dispensable() {
    Map<TopicPartition, Long> all = new HashMap<>();
    read.values().forEach(one -> all.putAll(one.dispensable()));
    return all;
  }

  /**
   * From now on nothing is given up but what all jobs had read before, until the answer is closed.
   * Any thread may ask.
   */
  public Hold hold() {
    return holds.hold();
  }

  /** What is given back once. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }
}
