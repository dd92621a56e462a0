package io.leat.app.platform;

import io.leat.app.backup.LogTail;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Copies the records of topics that are behind given offsets. Owned by one thread. */
final class LogEnd {
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final KafkaConsumer<byte[], byte[]> consumer;

  LogEnd(KafkaConsumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Offsets of a partition, from {@code first} to before {@code next}. */
  record Piece(int partition, long first, long next) {}

  /**
   * What the log has now behind the offsets.
   *
   * @param from by partition; from the oldest kept where there is none
   * @throws LeatException LOG_UNAVAILABLE when Kafka does not answer, CONFLICT when the log no
   *     longer has everything behind the offsets
   */
  List<Piece> behind(String topic, Map<Integer, Long> from) {
    try {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .sorted(java.util.Comparator.comparing(TopicPartition::partition))
              .toList();
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<Piece> pieces = new ArrayList<>();
      for (TopicPartition one : partitions) {
        long begin = begins.getOrDefault(one, 0L);
        long first = from.getOrDefault(one.partition(), begin);
        if (begin > first) {
          throw new LeatException(
              ErrorCode.CONFLICT,
              "The log of "
                  + one
                  + " gave up its records from offset "
                  + first
                  + " to "
                  + (begin - 1)
                  + " before they were copied: its retention is too short for a backup that takes"
                  + " this long. Repeat it, which copies less, or let the log keep more");
        }
        pieces.add(new Piece(one.partition(), first, Math.max(first, ends.getOrDefault(one, 0L))));
      }
      return pieces;
    } catch (KafkaException e) {
      throw away(topic, e);
    }
  }

  /**
   * Writes the records of the piece.
   *
   * @return how many there were
   */
  long copy(String topic, Piece piece, OutputStream out, BooleanSupplier isOver)
      throws IOException {
    TopicPartition partition = new TopicPartition(topic, piece.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, piece.first());
    try (LogTail.Writer writer = new LogTail.Writer(out)) {
      long heard = System.nanoTime();
      while (consumer.position(partition) < piece.next()) {
        long before = consumer.position(partition);
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofMillis(500))) {
          if (one.offset() < piece.next()) {
            writer.add(
                new LogTail.Logged(
                    one.offset(),
                    one.timestamp(),
                    one.key(),
                    one.value(),
                    List.of(one.headers().toArray())));
          }
        }
        if (consumer.position(partition) > before) {
          heard = System.nanoTime();
        }
        if (isOver.getAsBoolean() || System.nanoTime() - heard > SILENCE.toNanos()) {
          throw new LeatException(
              ErrorCode.LOG_UNAVAILABLE,
              "The log of " + partition + " was not read to offset " + piece.next());
        }
      }
      return writer.records();
    } catch (KafkaException e) {
      throw away(topic, e);
    }
  }

  private static LeatException away(String topic, KafkaException e) {
    return new LeatException(
        ErrorCode.LOG_UNAVAILABLE, "The log of " + topic + " cannot be read: " + e.getMessage(), e);
  }
}
