package io.leat.stream;

import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;

/**
 * From a topic to one table and nothing else: no raw table, no deduplication, no quality rules. The
 * least that Leat's parser and writer can do, for comparison with other ways to fill a table.
 */
public final class SingleTableJob {
  private SingleTableJob() {}

  /**
   * Lays out a job that reads the topic from its beginning and ends where it ends now. A record
   * that does not fit the table fails the job.
   *
   * @param consumer Kafka consumer properties, {@code bootstrap.servers} among them
   * @param plan whose topic is read; its {@link StreamPlan#processed} is the table's schema and has
   *     the schema's columns at least
   * @param sinks gets the rows as processed ones
   */
  public static void build(
      StreamExecutionEnvironment environment,
      Properties consumer,
      StreamPlan plan,
      LakeSinks sinks) {
    String name = "source-" + plan.stream();
    KafkaSource<RowData> source =
        KafkaSource.<RowData>builder()
            .setProperties(consumer)
            .setBootstrapServers(consumer.getProperty("bootstrap.servers"))
            .setGroupId("leat-single-" + plan.stream())
            .setClientIdPrefix("leat-single-" + plan.topic())
            .setTopics(plan.topic())
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setBounded(OffsetsInitializer.latest())
            .setProperty("partition.discovery.interval.ms", "-1")
            .setDeserializer(new TypedRowReader(plan))
            .build();
    sinks.processed(
        plan,
        environment
            .fromSource(source, WatermarkStrategy.noWatermarks(), name)
            .name(name)
            .uid(name));
  }
}
