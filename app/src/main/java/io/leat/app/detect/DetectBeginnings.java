package io.leat.app.detect;

import io.leat.app.engine.KafkaAnswers;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Where a job without state begins to read: where the log ended when that was asked for the first
 * time. It is remembered as what the job's consumer group committed, so that a job that fails
 * before its first checkpoint skips nothing. Thread-safe.
 */
final class DetectBeginnings implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final Admin admin;

  /**
   * @param client Kafka client properties
   */
  DetectBeginnings(Properties client) {
    Properties all = new Properties();
    all.putAll(client);
    all.put("client.id", "leat-detect-begin");
    all.put("default.api.timeout.ms", String.valueOf(ANSWER.toMillis()));
    all.put("request.timeout.ms", String.valueOf(ANSWER.toMillis() / 2));
    all.put("enable.metrics.push", "false");
    this.admin = Admin.create(all);
  }

  /**
   * By partition, where to begin.
   *
   * @param group the job's consumer group, which has no member now
   * @throws LeatException LOG_UNAVAILABLE
   */
  Map<TopicPartition, Long> of(String group, Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> all = new HashMap<>();
    partitions.forEach(partition -> all.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> ends =
        answer(admin.listOffsets(all).all(), "where topics end");
    Map<TopicPartition, OffsetAndMetadata> known =
        answer(
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
            "what was read of them");
    Map<TopicPartition, Long> begin = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> first = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          OffsetAndMetadata before = known.get(partition);
          if (before == null) {
            first.put(partition, new OffsetAndMetadata(end.offset()));
          }
          // A log that lost its end goes on below what was read of it.
          begin.put(
              partition, before == null ? end.offset() : Math.min(before.offset(), end.offset()));
        });
    if (!first.isEmpty()) {
      answer(admin.alterConsumerGroupOffsets(group, first).all(), "remembering where to begin");
    }
    return begin;
  }

  /**
   * Forgets where it began: a job that is asked for again begins where the log ends then.
   *
   * @param group the job's consumer group, which has no member now
   * @throws LeatException LOG_UNAVAILABLE
   */
  void forget(String group) {
    try {
      answer(admin.deleteConsumerGroups(List.of(group)).all(), "forgetting a group");
    } catch (LeatException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
    }
  }

  private static <T> T answer(KafkaFuture<T> future, String what) {
    return KafkaAnswers.await(future, ANSWER, what);
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
