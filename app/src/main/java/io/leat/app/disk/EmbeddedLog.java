package io.leat.app.disk;

import io.leat.app.engine.KafkaAnswers;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * The embedded broker, asked for its size and told what to give up. Thread-safe; each call blocks
 * for some seconds at most and fails with {@link ErrorCode#LOG_UNAVAILABLE}.
 */
public final class EmbeddedLog implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final int NODE = 1;

  private final Admin admin;

  /**
   * @param client Kafka client properties
   */
  public EmbeddedLog(Properties client) {
    Properties all = new Properties();
    all.putAll(client);
    all.put("client.id", "leat-disk");
    all.put("default.api.timeout.ms", String.valueOf(ANSWER.toMillis()));
    all.put("request.timeout.ms", String.valueOf(ANSWER.toMillis()));
    all.put("enable.metrics.push", "false");
    this.admin = Admin.create(all);
  }

  /** Bytes of events in the log, Kafka's own topics not counted. */
  long bytes() {
    long bytes = 0;
    for (Map<String, LogDirDescription> directories :
        await(admin.describeLogDirs(List.of(NODE)).allDescriptions(), "its size").values()) {
      for (LogDirDescription directory : directories.values()) {
        for (Map.Entry<TopicPartition, ReplicaInfo> one : directory.replicaInfos().entrySet()) {
          bytes += one.getKey().topic().startsWith("__") ? 0 : one.getValue().size();
        }
      }
    }
    return bytes;
  }

  /**
   * By partition, the first offset that the group has not committed.
   *
   * @param group a consumer group, which need not exist
   */
  Map<TopicPartition, Long> committed(String group) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> all =
        await(
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
            "what was committed");
    all.forEach(
        (partition, committed) -> {
          if (committed != null) {
            offsets.put(partition, committed.offset());
          }
        });
    return offsets;
  }

  /**
   * Forgets what the group has committed: from now on {@link #committed} tells what the job reads
   * that is about to start, and nothing of one that may have been further.
   */
  public void forget(String group) {
    try {
      await(admin.deleteConsumerGroups(List.of(group)).all(), "forgetting a group");
    } catch (LeatException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
    }
  }

  /**
   * Gives up the records before these offsets. Their bytes are free some seconds later, but for
   * those of the files that are still written to.
   *
   * @return how many records that were
   */
  long giveUp(Map<TopicPartition, Long> before) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    before.keySet().forEach(partition -> asked.put(partition, OffsetSpec.earliest()));
    Map<TopicPartition, RecordsToDelete> wanted = new HashMap<>();
    AtomicLong records = new AtomicLong();
    await(admin.listOffsets(asked).all(), "where its partitions begin")
        .forEach(
            (partition, begin) -> {
              long to = before.getOrDefault(partition, 0L);
              if (to > begin.offset()) {
                wanted.put(partition, RecordsToDelete.beforeOffset(to));
                records.addAndGet(to - begin.offset());
              }
            });
    await(admin.deleteRecords(wanted).all(), "giving up records");
    return records.get();
  }

  private static <T> T await(KafkaFuture<T> answer, String what) {
    return KafkaAnswers.await(answer, ANSWER, what);
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
