package io.leat.gateway.publishing;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** Up to where this process knows the log to be written. Thread-safe. */
public final class Acknowledged {
  private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();

  /** What was in the log before: by partition, the offset behind the last record. */
  public void begin(Map<TopicPartition, Long> ends) {
    ends.forEach((partition, end) -> next.merge(partition, end, Math::max));
  }

  /** The handover has ended. */
  void note(Handover handover) {
    Map<TopicPartition, Long> newest = new HashMap<>();
    String topic = "";
    int partition = -1;
    long offset = -1;
    for (int i = 0; i < handover.size(); i++) {
      if (handover.outcome(i) != Outcome.ACKNOWLEDGED) {
        continue;
      }
      String own = handover.message(i).topic();
      if (handover.partition(i) != partition || !own.equals(topic)) {
        put(newest, topic, partition, offset);
        topic = own;
        partition = handover.partition(i);
        offset = -1;
      }
      offset = Math.max(offset, handover.offset(i));
    }
    put(newest, topic, partition, offset);
    begin(newest);
  }

  private static void put(Map<TopicPartition, Long> to, String topic, int partition, long offset) {
    if (partition >= 0) {
      to.merge(new TopicPartition(topic, partition), offset + 1, Math::max);
    }
  }

  /** By partition, the first offset behind what is known to be written. */
  public Map<TopicPartition, Long> next() {
    return Map.copyOf(next);
  }
}
