package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogHeaders;
import io.leat.event.LogPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/** Asks the log what it holds. Thread-safe; its calls block for some seconds at most. */
final class LogReader implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration TIMES = Duration.ofSeconds(1);
  private static final long MOST_SCANNED = 500_000;

  private final Properties client;
  private final Admin admin;

  LogReader(Properties client) {
    this.client = client;
    Properties all = new Properties();
    all.putAll(client);
    all.put("client.id", "leat-status");
    all.put("default.api.timeout.ms", String.valueOf(ANSWER.toMillis()));
    all.put("request.timeout.ms", String.valueOf(ANSWER.toMillis()));
    this.admin = Admin.create(all);
  }

  /** A record of the log with an event id that was looked for. */
  record Found(String topic, int partition, long offset, long timestampMillis) {}

  /** How many brokers answer. */
  int brokers() throws ExecutionException, InterruptedException, TimeoutException {
    return admin.describeCluster().nodes().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS).size();
  }

  /** By partition, the offset behind the last record. */
  Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.latest());
  }

  /** By partition, the oldest offset that is still kept. */
  Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.earliest());
  }

  private Map<TopicPartition, Long> offsets(
      Collection<TopicPartition> partitions, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    partitions.forEach(p -> wanted.put(p, spec));
    try {
      Map<TopicPartition, Long> offsets = new HashMap<>();
      for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> e :
          admin
              .listOffsets(wanted)
              .all()
              .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
              .entrySet()) {
        offsets.put(e.getKey(), e.getValue().offset());
      }
      return offsets;
    } catch (ExecutionException | TimeoutException e) {
      throw new LeatException(ErrorCode.LOG_UNAVAILABLE, "Kafka does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while asking Kafka", e);
    }
  }

  /**
   * Looks through the part of the log that is not yet in the tables.
   *
   * @param from by partition, where to begin
   */
  List<Found> find(String eventId, Map<TopicPartition, Long> from) {
    Map<TopicPartition, Long> ends = ends(from.keySet());
    List<Found> found = new ArrayList<>();
    List<TopicPartition> behind =
        from.entrySet().stream()
            .filter(e -> e.getValue() < ends.getOrDefault(e.getKey(), 0L))
            .map(Map.Entry::getKey)
            .toList();
    if (behind.isEmpty()) {
      return found;
    }
    byte[] id = eventId.getBytes(StandardCharsets.UTF_8);
    try (LogConsumer log = new LogConsumer(client, Map.of())) {
      KafkaConsumer<byte[], byte[]> consumer = log.consumer();
      consumer.assign(behind);
      behind.forEach(p -> consumer.seek(p, from.getOrDefault(p, 0L)));
      long scanned = 0;
      long until = System.nanoTime() + ANSWER.toNanos();
      while (scanned < MOST_SCANNED
          && System.nanoTime() < until
          && behind.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> logged : consumer.poll(Duration.ofMillis(200))) {
          scanned++;
          Header header = logged.headers().lastHeader(LogHeaders.ID);
          if (header != null && java.util.Arrays.equals(id, header.value())) {
            found.add(
                new Found(logged.topic(), logged.partition(), logged.offset(), logged.timestamp()));
          }
        }
      }
    }
    return found;
  }

  /**
   * When the log took some records, by its own timestamps.
   *
   * @param records of the present log epoch
   * @return without those that it does not give within a second
   */
  Map<LogPosition, Instant> times(Collection<LogPosition> records) {
    Map<LogPosition, Instant> times = new HashMap<>();
    records(records)
        .forEach((at, logged) -> times.put(at, Instant.ofEpochMilli(logged.timestamp())));
    return times;
  }

  /**
   * Some records.
   *
   * @param positions of the present log epoch
   * @return without those that it does not give within a second, or has no longer
   */
  Map<LogPosition, ConsumerRecord<byte[], byte[]>> records(Collection<LogPosition> positions) {
    Map<LogPosition, ConsumerRecord<byte[], byte[]>> records = new HashMap<>();
    if (positions.isEmpty()) {
      return records;
    }
    long until = System.nanoTime() + TIMES.toNanos();
    try (LogConsumer log = new LogConsumer(client, Map.of("max.poll.records", "1"))) {
      KafkaConsumer<byte[], byte[]> consumer = log.consumer();
      for (LogPosition record : positions) {
        if (System.nanoTime() >= until) {
          return records;
        }
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        consumer.assign(List.of(partition));
        consumer.seek(partition, record.offset());
        while (System.nanoTime() < until && consumer.position(partition) == record.offset()) {
          for (ConsumerRecord<byte[], byte[]> logged : consumer.poll(Duration.ofMillis(200))) {
            if (logged.offset() == record.offset() && !LogEnds.isFiller(logged.headers())) {
              records.put(record, logged);
            }
          }
        }
      }
    }
    return records;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
