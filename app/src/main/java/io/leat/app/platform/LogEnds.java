package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogHeaders;
import io.leat.state.LogGap;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no offset is given out twice. A log that lost its end, as after a power cut,
 * would do so: its next records would get the positions of rows that are in the tables, and the
 * job, which has read further, would pass over them. So each partition is filled up to where it had
 * been read, with records that say so. The lost records themselves are in the tables.
 */
final class LogEnds {
  private static final Logger log = LoggerFactory.getLogger(LogEnds.class);

  /** Some minutes of events: more cannot be lost with a page cache. */
  private static final long MOST_FILLED = 10_000_000;

  private static final byte[] NOTHING = {};

  private final Properties kafka;
  private final LogReader reader;
  private final Consumer<LogGap> keeper;
  private final InstantSource clock;
  private final List<LogGap> all;

  /**
   * @param kafka client properties
   * @param known gaps of earlier lives
   * @param keeper remembers a gap for good; called before it is filled
   */
  LogEnds(
      Properties kafka,
      LogReader reader,
      List<LogGap> known,
      Consumer<LogGap> keeper,
      InstantSource clock) {
    this.kafka = kafka;
    this.reader = reader;
    this.keeper = keeper;
    this.clock = clock;
    this.all = new CopyOnWriteArrayList<>(known);
  }

  /** What was lost so far, in this life and before, the oldest first. */
  List<LogGap> gaps() {
    return List.copyOf(all);
  }

  /** Whether a record of the log only fills a place. */
  static boolean isFiller(Iterable<Header> headers) {
    for (Header header : headers) {
      if (header.key().equals(LogHeaders.FILLER)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Fills what is missing. Only before anything new is logged.
   *
   * @param read by partition, the offset behind the last record that was read
   * @throws LeatException CONFLICT when more is missing than a power cut takes; LOG_UNAVAILABLE
   *     when the log does not take it
   */
  void restore(Map<TopicPartition, Long> read) {
    Map<TopicPartition, Long> ends = reader.ends(read.keySet());
    Map<TopicPartition, Long> missing =
        new TreeMap<>(Comparator.comparing(TopicPartition::toString));
    read.forEach(
        (partition, next) -> {
          long count = next - ends.getOrDefault(partition, next);
          if (count > MOST_FILLED) {
            throw refusal(partition, next - count, next);
          }
          if (count > 0) {
            missing.put(partition, count);
          }
        });
    if (missing.isEmpty()) {
      return;
    }
    missing.forEach(
        (partition, count) -> {
          long end = ends.getOrDefault(partition, 0L);
          LogGap gap =
              new LogGap(
                  partition.topic(), partition.partition(), end, end + count, clock.instant());
          keeper.accept(gap);
          all.add(gap);
          log.warn(
              "The log lost its end; the tables have the records, and their offsets are not given"
                  + " out again: topic={} partition={} offsets={} to {}",
              gap.topic(),
              gap.partition(),
              gap.firstOffset(),
              gap.nextOffset() - 1);
        });
    fill(missing);
    check(read);
  }

  private void fill(Map<TopicPartition, Long> missing) {
    Map<String, Object> config = new HashMap<>();
    kafka.forEach((key, value) -> config.put(String.valueOf(key), value));
    config.put(ProducerConfig.CLIENT_ID_CONFIG, "leat-log-ends");
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    config.put(ProducerConfig.LINGER_MS_CONFIG, 5L);
    config.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    List<Header> filler = List.of(new RecordHeader(LogHeaders.FILLER, NOTHING));
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      missing.forEach(
          (partition, count) -> {
            for (long i = 0; i < count && failure.get() == null; i++) {
              // The callback hears of everything that the future would.
              Future<RecordMetadata> unused =
                  producer.send(
                      new ProducerRecord<>(
                          partition.topic(), partition.partition(), NOTHING, NOTHING, filler),
                      (metadata, error) -> {
                        if (error != null) {
                          failure.compareAndSet(null, error);
                        }
                      });
            }
          });
      producer.flush();
    } catch (KafkaException e) {
      failure.compareAndSet(null, e);
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE, "The log's end could not be filled: " + failed, failed);
    }
  }

  private void check(Map<TopicPartition, Long> read) {
    Map<TopicPartition, Long> ends = reader.ends(read.keySet());
    read.forEach(
        (partition, next) -> {
          if (ends.getOrDefault(partition, 0L) < next) {
            throw new LeatException(
                ErrorCode.LOG_UNAVAILABLE,
                "The log "
                    + partition
                    + " should end at "
                    + next
                    + " but ends at "
                    + ends.get(partition));
          }
        });
  }

  private static LeatException refusal(TopicPartition partition, long end, long next) {
    return new LeatException(
        ErrorCode.CONFLICT,
        "The log "
            + partition
            + " ends at offset "
            + end
            + ", but its tables have read it up to "
            + next
            + ": this is not the log that they were made from. Give it back its files, or delete"
            + " the topic "
            + partition.topic()
            + ": its next one begins a new log epoch, and the tables stay.");
  }
}
