package io.leat.bench;

import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a consumer group is in a topic of four partitions.
 *
 * @param kafka where it is and how to speak to it
 */
record ConsumerProgress(Properties kafka, String group, String topic) {

  /** Whether the group has committed the end of each partition. */
  boolean isAtEnd() throws Exception {
    try (Admin admin = Admin.create(kafka)) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get(10, TimeUnit.SECONDS);
      return ends(admin).entrySet().stream()
          .allMatch(
              end -> {
                OffsetAndMetadata at = committed.get(end.getKey());
                return end.getValue() == 0 || (at != null && at.offset() >= end.getValue());
              });
    }
  }

  /** Records in the topic. */
  long logged() throws Exception {
    try (Admin admin = Admin.create(kafka)) {
      return ends(admin).values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private Map<TopicPartition, Long> ends(Admin admin) throws Exception {
    Map<TopicPartition, OffsetSpec> wanted =
        java.util.stream.IntStream.range(0, 4)
            .boxed()
            .collect(Collectors.toMap(p -> new TopicPartition(topic, p), p -> OffsetSpec.latest()));
    return admin.listOffsets(wanted).all().get(10, TimeUnit.SECONDS).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> offset(e.getValue())));
  }

  private static long offset(ListOffsetsResult.ListOffsetsResultInfo info) {
    return info.offset();
  }
}
