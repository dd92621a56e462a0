package io.leat.app.disk;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;

/**
 * Who copies the log, and what it may give up meanwhile: what was dispensable when the copying
 * began, and nothing more. {@link #hold} may be called by any thread, the rest by one.
 */
final class LogHolds {
  private final AtomicInteger holds = new AtomicInteger();
  private Map<TopicPartition, Long> floor = Map.of();
  private boolean isHeld;

  /** Until it is closed, nothing more may be given up. */
  LogRetention.Hold hold() {
    holds.incrementAndGet();
    return holds::decrementAndGet;
  }

  /**
   * To be called often: at the first call of a hold its bound is noted.
   *
   * @param dispensable by partition, the offset before which nothing is needed any more
   */
  void note(Map<TopicPartition, Long> dispensable) {
    boolean isWanted = holds.get() > 0;
    if (isWanted && !isHeld) {
      floor = Map.copyOf(dispensable);
    }
    isHeld = isWanted;
  }

  /** What of it may be given up now. */
  Map<TopicPartition, Long> within(Map<TopicPartition, Long> dispensable) {
    note(dispensable);
    return isHeld ? floor : dispensable;
  }
}
