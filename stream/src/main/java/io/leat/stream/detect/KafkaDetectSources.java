package io.leat.stream.detect;

import io.leat.event.Names;
import io.leat.stream.LogRecord;
import io.leat.stream.LogRecordReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the detect job's records from Kafka: from where the checkpoint says; without one, near the
 * log's end, since detectors say what is, not what was.
 */
public final class KafkaDetectSources implements DetectJob.DetectSources {
  private final StreamExecutionEnvironment environment;
  private final Properties consumer;
  private final String blueprint;
  private final Map<TopicPartition, Long> ends;

  /**
   * @param consumer Kafka consumer properties, {@code bootstrap.servers} among them
   * @param ends of all partitions of the streams' topics and of the markers', where a job without
   *     state begins
   */
  public KafkaDetectSources(
      StreamExecutionEnvironment environment,
      Properties consumer,
      String blueprint,
      Map<TopicPartition, Long> ends) {
    this.environment = environment;
    this.consumer = consumer;
    this.blueprint = blueprint;
    this.ends = Map.copyOf(ends);
  }

  /** The consumer group that shows how far a blueprint's job is. */
  public static String group(String blueprint) {
    return "leat-" + blueprint + "-detect";
  }

  /** The uid of the source of a stream in a log epoch. */
  public static String uid(String stream, int epoch) {
    return "source-" + stream + (epoch > 1 ? "-" + epoch : "");
  }

  @Override
  public Map<Integer, Long> begin(DetectPlan plan) {
    Map<Integer, Long> begin = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          if (partition.topic().equals(plan.stream().topic())) {
            begin.put(partition.partition(), end);
          }
        });
    return begin;
  }

  @Override
  @SuppressWarnings("deprecation") // The connector's interface still has it.
  public DataStream<LogRecord> events(DetectPlan plan) {
    Map<TopicPartition, Long> from = new HashMap<>();
    begin(plan)
        .forEach(
            (partition, end) ->
                from.put(new TopicPartition(plan.stream().topic(), partition), end));
    String name = "source-" + plan.stream().stream();
    return environment
        .fromSource(
            builder(plan.stream().topic(), new LogRecordReader())
                .setStartingOffsets(
                    OffsetsInitializer.offsets(
                        from, org.apache.kafka.clients.consumer.OffsetResetStrategy.EARLIEST))
                .build(),
            WatermarkStrategy.noWatermarks(),
            name)
        .name(name)
        .uid(uid(plan.stream().stream(), plan.stream().epoch()));
  }

  /** Those of the time of the events that are read, too: they tell when nobody accepted. */
  @Override
  @SuppressWarnings("deprecation") // The connector's interface still has it.
  public DataStream<byte[]> markers() {
    TopicPartition only = new TopicPartition(Names.markersTopic(blueprint), 0);
    return environment
        .fromSource(
            builder(only.topic(), KafkaRecordDeserializationSchema.<byte[]>valueOnly(new Bytes()))
                .setStartingOffsets(
                    OffsetsInitializer.offsets(
                        Map.of(only, ends.getOrDefault(only, 0L)),
                        org.apache.kafka.clients.consumer.OffsetResetStrategy.EARLIEST))
                .build(),
            WatermarkStrategy.noWatermarks(),
            "source-markers")
        .setParallelism(1)
        .name("source-markers")
        .uid("source-markers");
  }

  private <T> KafkaSourceBuilder<T> builder(
      String topic, KafkaRecordDeserializationSchema<T> reader) {
    return KafkaSource.<T>builder()
        .setProperties(consumer)
        .setBootstrapServers(consumer.getProperty("bootstrap.servers"))
        .setGroupId(group(blueprint))
        .setClientIdPrefix("leat-detect-" + topic)
        .setTopics(topic)
        .setProperty("partition.discovery.interval.ms", "-1")
        .setProperty("max.poll.records", "500")
        .setDeserializer(reader);
  }

  /** A record's value as it is. */
  private static final class Bytes implements DeserializationSchema<byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public byte[] deserialize(byte[] message) throws IOException {
      return message;
    }

    @Override
    public boolean isEndOfStream(byte[] next) {
      return false;
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
      return PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    }
  }
}
