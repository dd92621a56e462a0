package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.stream.StreamPlan;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where in its log a stream's job has to begin so that deduplication knows again what it must. Asks
 * Kafka; blocks for some seconds.
 */
final class Lookback {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** The log's time of a record is at most so much later than its receipt. */
  private static final Duration LATE = Duration.ofMinutes(1);

  private final Properties client;
  private final InstantSource clock;

  Lookback(Properties client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * Where to begin.
   *
   * @param offsets by partition
   * @param remembersFrom the time from which on ids are known where the log does not go back far
   *     enough; null when it does
   */
  record From(Map<Integer, Long> offsets, @Nullable Instant remembersFrom) {}

  /**
   * @param next by partition, the first offset that is not in the tables
   * @throws LeatException LOG_UNAVAILABLE when Kafka does not answer
   */
  From of(StreamPlan plan, Map<Integer, Long> next) {
    Map<Integer, Long> offsets = new HashMap<>();
    Instant remembers = null;
    try (LogConsumer log = new LogConsumer(client, Map.of("max.poll.records", "1"))) {
      for (Map.Entry<Integer, Long> one : next.entrySet()) {
        TopicPartition partition = new TopicPartition(plan.topic(), one.getKey());
        long kept = log.consumer().beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        Instant wanted =
            at(log.consumer(), partition, Math.max(kept, one.getValue()))
                .minus(plan.dedupe())
                .minus(LATE);
        OffsetAndTimestamp first =
            log.consumer().offsetsForTimes(Map.of(partition, wanted.toEpochMilli())).get(partition);
        long from = first == null ? one.getValue() : Math.min(first.offset(), one.getValue());
        offsets.put(one.getKey(), from);
        if (kept > 0 && from <= kept) {
          Instant oldest =
              first == null ? clock.instant() : Instant.ofEpochMilli(first.timestamp());
          remembers = remembers == null || oldest.isAfter(remembers) ? oldest : remembers;
        }
      }
    } catch (KafkaException e) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE, "Kafka does not say where " + plan.topic() + " begins", e);
    }
    return new From(Map.copyOf(offsets), remembers);
  }

  /** The log's time of the first record that is not in the tables; now, when there is none. */
  private Instant at(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long offset) {
    Instant now = clock.instant();
    if (consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L) <= offset) {
      return now;
    }
    consumer.assign(List.of(partition));
    consumer.seek(partition, offset);
    long until = System.nanoTime() + ANSWER.toNanos();
    while (System.nanoTime() < until) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        Instant logged = Instant.ofEpochMilli(record.timestamp());
        return logged.isBefore(now) ? logged : now;
      }
    }
    throw new LeatException(
        ErrorCode.LOG_UNAVAILABLE, "Kafka does not give the record " + partition + "@" + offset);
  }
}
