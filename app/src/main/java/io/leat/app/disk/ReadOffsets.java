package io.leat.app.disk;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Tells what one job's log can be without: what had been read when the oldest checkpoint was taken
 * that the job may ever go back to. Not thread-safe.
 */
final class ReadOffsets {
  private final int retained;
  private final Deque<Seen> seen = new ArrayDeque<>();
  private @Nullable String job;

  private record Seen(long checkpoints, Map<TopicPartition, Long> offsets) {}

  /**
   * @param retained how many checkpoints back a job may go, the newest included
   */
  ReadOffsets(int retained) {
    this.retained = retained;
  }

  /**
   * Notes how far a job is.
   *
   * @param submission another one's checkpoints begin anew, and what was noted before is forgotten
   * @param offsets by partition, the first offset that some completed checkpoint had not read; read
   *     before {@code checkpoints}
   * @param checkpoints how many had completed
   */
  void note(String submission, Map<TopicPartition, Long> offsets, long checkpoints) {
    if (!Objects.equals(job, submission)) {
      seen.clear();
      job = submission;
    }
    Seen last = seen.peekLast();
    if (last == null || last.checkpoints() < checkpoints) {
      seen.addLast(new Seen(checkpoints, Map.copyOf(offsets)));
    }
    // Of those that are old enough only the newest is of use.
    long oldest = checkpoints - retained + 1;
    Seen first = seen.pollFirst();
    while (first != null && !seen.isEmpty() && seen.getFirst().checkpoints() <= oldest) {
      first = seen.pollFirst();
    }
    if (first != null) {
      seen.addFirst(first);
    }
  }

  /**
   * By partition, the offset before which no restart reads. Empty until as many checkpoints have
   * completed as are retained: older ones may be those of another submission.
   */
  Map<TopicPartition, Long> dispensable() {
    Seen first = seen.peekFirst();
    Seen last = seen.peekLast();
    boolean isOld =
        first != null && last != null && first.checkpoints() <= last.checkpoints() - retained + 1;
    return first != null && isOld && first.checkpoints() > 0 ? first.offsets() : Map.of();
  }
}
