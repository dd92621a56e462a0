package io.leat.stream;

import io.leat.event.Names;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lake job's records from Kafka, from the earliest that the log keeps unless a checkpoint
 * says otherwise.
 */
public final class KafkaLakeSources implements LakeJob.LakeSources {
  private static final Duration IDLE_AFTER = Duration.ofSeconds(10);

  /** Up to three polls' records wait between the threads that fetch and work, some 15 MB. */
  private static final String RECORDS_PER_POLL = "2000";

  private final StreamExecutionEnvironment environment;
  private final Properties consumer;
  private final String blueprint;
  private final int rejectedEpoch;
  private final @Nullable OffsetsInitializer until;

  /**
   * @param consumer Kafka consumer properties, {@code bootstrap.servers} among them
   * @param rejectedEpoch log epoch of the topic of rejected records
   * @param until where to end, for bounded runs; null to go on for ever
   */
  public KafkaLakeSources(
      StreamExecutionEnvironment environment,
      Properties consumer,
      String blueprint,
      int rejectedEpoch,
      @Nullable OffsetsInitializer until) {
    this.environment = environment;
    this.consumer = consumer;
    this.blueprint = blueprint;
    this.rejectedEpoch = rejectedEpoch;
    this.until = until;
  }

  @Override
  public DataStream<LogRecord> events(StreamPlan plan) {
    // Timestamps are the gateways' times of receipt: deduplication's clock.
    WatermarkStrategy<LogRecord> receipt =
        WatermarkStrategy.<LogRecord>forMonotonousTimestamps()
            .withTimestampAssigner((log, kafka) -> log.receivedMicros / 1_000L)
            .withIdleness(IDLE_AFTER);
    String name = "source-" + plan.stream();
    return environment
        .fromSource(source(plan.topic(), new LogRecordReader()), receipt, name)
        .name(name)
        .uid(name);
  }

  @Override
  public DataStream<RowData> rejected() {
    return environment
        .fromSource(
            source(Names.rejectedTopic(blueprint), new RejectionReader(rejectedEpoch)),
            WatermarkStrategy.noWatermarks(),
            "source-rejected")
        .setParallelism(1)
        .name("source-rejected")
        .uid("source-rejected");
  }

  private <T> KafkaSource<T> source(String topic, KafkaRecordDeserializationSchema<T> reader) {
    KafkaSourceBuilder<T> builder =
        KafkaSource.<T>builder()
            .setProperties(consumer)
            .setBootstrapServers(consumer.getProperty("bootstrap.servers"))
            .setGroupId("leat-" + blueprint + "-lake")
            .setClientIdPrefix("leat-" + topic)
            .setTopics(topic)
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setProperty("partition.discovery.interval.ms", "-1")
            .setProperty("max.poll.records", RECORDS_PER_POLL)
            .setDeserializer(reader);
    if (until != null) {
      builder.setBounded(until);
    }
    return builder.build();
  }
}
