package io.leat.stream.detect;

import io.leat.event.LogHeaders;
import io.leat.event.Names;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Writes alerts to {@code <blueprint>.alerts} at once, each at least once: it does not wait for a
 * checkpoint, and after a restore says again what it had said since the last.
 */
public final class KafkaAlertSink implements DetectJob.AlertSink {
  private final Properties producer;
  private final String blueprint;

  /**
   * @param producer Kafka producer properties, {@code bootstrap.servers} among them
   */
  public KafkaAlertSink(Properties producer, String blueprint) {
    this.producer = producer;
    this.blueprint = blueprint;
  }

  @Override
  public void alerts(DataStream<Said> said) {
    Properties all = new Properties();
    all.putAll(producer);
    all.put("acks", "all");
    all.put("enable.idempotence", "true");
    all.put("linger.ms", "0");
    KafkaSink<Said> sink =
        KafkaSink.<Said>builder()
            .setKafkaProducerConfig(all)
            .setBootstrapServers(producer.getProperty("bootstrap.servers"))
            .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
            .setRecordSerializer(new CloudEvent(Names.alertsTopic(blueprint)))
            .build();
    said.sinkTo(sink).setParallelism(1).name("alerts").uid("alerts");
  }

  /** CloudEvents 1.0, binary mode. */
  private record CloudEvent(String topic) implements KafkaRecordSerializationSchema<Said> {
    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        Said said, KafkaSinkContext context, @Nullable Long timestamp) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(topic, null, said.key, said.value);
      Headers headers = record.headers();
      put(headers, LogHeaders.SPEC_VERSION, "1.0");
      put(headers, LogHeaders.ID, said.id);
      put(headers, LogHeaders.SOURCE, said.source);
      put(headers, LogHeaders.TYPE, said.type);
      put(headers, LogHeaders.TIME, said.time);
      if (!said.subject.isEmpty()) {
        put(headers, LogHeaders.SUBJECT, said.subject);
      }
      put(headers, LogHeaders.CONTENT_TYPE, "application/json");
      return record;
    }

    private static void put(Headers headers, String name, String value) {
      headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }
}
