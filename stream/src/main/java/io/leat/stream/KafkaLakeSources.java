package io.leat.stream;

import io.leat.event.Names;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lake job's records from Kafka: from where the checkpoint says; without one, from what
 * the tables do not have yet, and so much before it as deduplication has to know; else from the
 * earliest that the log keeps.
 */
public final class KafkaLakeSources implements LakeJob.LakeSources {
  private static final Duration IDLE_AFTER = Duration.ofSeconds(10);

  /** Up to three polls' records wait between the threads that fetch and work, some 15 MB. */
  private static final String RECORDS_PER_POLL = "2000";

  private final StreamExecutionEnvironment environment;
  private final Properties consumer;
  private final String blueprint;
  private final int rejectedEpoch;
  private final Committed committed;
  private final @Nullable OffsetsInitializer until;

  /**
   * @param consumer Kafka consumer properties, {@code bootstrap.servers} among them
   * @param rejectedEpoch log epoch of the topic of rejected records
   * @param committed how far the tables are
   * @param until where to end, for bounded runs; null to go on for ever
   */
  public KafkaLakeSources(
      StreamExecutionEnvironment environment,
      Properties consumer,
      String blueprint,
      int rejectedEpoch,
      Committed committed,
      @Nullable OffsetsInitializer until) {
    this.environment = environment;
    this.consumer = consumer;
    this.blueprint = blueprint;
    this.rejectedEpoch = rejectedEpoch;
    this.committed = committed;
    this.until = until;
  }

  /** How far the log is in the tables. */
  public interface Committed {
    /** Nothing of any stream. */
    Committed NOTHING =
        new Committed() {
          @Override
          public Map<Integer, Long> nextOffsets(StreamPlan plan) {
            return Map.of();
          }

          @Override
          public Map<Integer, Long> readFrom(StreamPlan plan) {
            return Map.of();
          }

          @Override
          public Map<Integer, Long> nextRejected() {
            return Map.of();
          }
        };

    /** The first offset that is not yet committed, by partition, in the plan's log epoch. */
    Map<Integer, Long> nextOffsets(StreamPlan plan);

    /**
     * Where to begin without state, by partition: not behind {@link #nextOffsets}, and before it as
     * far as deduplication has to know the ids.
     */
    Map<Integer, Long> readFrom(StreamPlan plan);

    /** The first offset of rejected records that is not yet committed, by partition. */
    Map<Integer, Long> nextRejected();
  }

  /** The uid of the stream's source. */
  public static String sourceUid(StreamPlan plan) {
    return uid(plan.stream(), plan.epoch());
  }

  /** The uid of the source of rejected records. */
  public static String rejectedUid(int epoch) {
    return uid("rejected", epoch);
  }

  /**
   * The consumer group under which a blueprint's job commits to Kafka what its completed
   * checkpoints have read. For onlookers: the job itself never starts from it.
   */
  public static String group(String blueprint) {
    return "leat-" + blueprint + "-lake";
  }

  /** Whether {@code uid} was that of a source of the stream, in whatever log epoch. */
  public static boolean isSourceOf(String stream, String uid) {
    return uid.matches(Pattern.quote("source-" + stream) + "(-[0-9]+)?");
  }

  /**
   * The uid of the source of a stream, or of {@code rejected}, in a log epoch. A topic that was
   * made anew has other records at the same offsets: its source has no past.
   */
  public static String uid(String stream, int epoch) {
    return "source-" + stream + (epoch > 1 ? "-" + epoch : "");
  }

  @Override
  public DataStream<LogRecord> events(StreamPlan plan) {
    // Timestamps are the gateways' times of receipt: deduplication's clock.
    WatermarkStrategy<LogRecord> receipt =
        WatermarkStrategy.<LogRecord>forMonotonousTimestamps()
            .withTimestampAssigner((log, kafka) -> log.receivedMicros / 1_000L)
            .withIdleness(IDLE_AFTER);
    Map<TopicPartition, Long> from = of(plan.topic(), committed.readFrom(plan));
    String name = "source-" + plan.stream();
    return environment
        .fromSource(source(plan.topic(), new LogRecordReader(), from), receipt, name)
        .name(name)
        .uid(uid(plan.stream(), plan.epoch()));
  }

  @Override
  public Map<Integer, Long> written(StreamPlan plan) {
    return committed.nextOffsets(plan);
  }

  private static Map<TopicPartition, Long> of(String topic, Map<Integer, Long> offsets) {
    Map<TopicPartition, Long> of = new HashMap<>();
    offsets.forEach((partition, next) -> of.put(new TopicPartition(topic, partition), next));
    return of;
  }

  @Override
  public DataStream<RowData> rejected() {
    String topic = Names.rejectedTopic(blueprint);
    return environment
        .fromSource(
            source(topic, new RejectionReader(rejectedEpoch), of(topic, committed.nextRejected())),
            WatermarkStrategy.noWatermarks(),
            "source-rejected")
        .setParallelism(1)
        .name("source-rejected")
        .uid(uid("rejected", rejectedEpoch));
  }

  private <T> KafkaSource<T> source(
      String topic, KafkaRecordDeserializationSchema<T> reader, Map<TopicPartition, Long> from) {
    KafkaSourceBuilder<T> builder =
        KafkaSource.<T>builder()
            .setProperties(consumer)
            .setBootstrapServers(consumer.getProperty("bootstrap.servers"))
            .setGroupId(group(blueprint))
            .setClientIdPrefix("leat-" + topic)
            .setTopics(topic)
            .setStartingOffsets(new From(new HashMap<>(from)))
            .setProperty("partition.discovery.interval.ms", "-1")
            .setProperty("max.poll.records", RECORDS_PER_POLL)
            .setDeserializer(reader);
    if (until != null) {
      builder.setBounded(until);
    }
    return builder.build();
  }

  /**
   * The offsets, and the earliest where there is none: Flink's own asks the consumer group, which a
   * table that was made anew has nothing to do with.
   */
  private record From(HashMap<TopicPartition, Long> offsets) implements OffsetsInitializer {
    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
      Map<TopicPartition, Long> start = new HashMap<>();
      for (TopicPartition partition : partitions) {
        start.put(partition, offsets.getOrDefault(partition, KafkaPartitionSplit.EARLIEST_OFFSET));
      }
      return start;
    }

    @Override
    @SuppressWarnings("deprecation") // The connector's interface still has it.
    public org.apache.kafka.clients.consumer.OffsetResetStrategy getAutoOffsetResetStrategy() {
      return org.apache.kafka.clients.consumer.OffsetResetStrategy.EARLIEST;
    }
  }
}
