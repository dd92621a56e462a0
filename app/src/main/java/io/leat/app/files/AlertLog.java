package io.leat.app.files;

import io.leat.event.LogHeaders;
import io.leat.event.Names;
import io.leat.files.alert.AlertSink;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes alerts about files to {@code <blueprint>.alerts}, as detectors do: CloudEvents 1.0 in
 * binary mode. The producer is made with the first alert. Thread-safe; blocks.
 */
public final class AlertLog implements AlertSink, AutoCloseable {
  private static final Duration WITHIN = Duration.ofSeconds(10);

  private final Map<String, Object> kafka;
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  /**
   * @param kafka how to reach Kafka, as its client wants it
   */
  public AlertLog(Map<String, Object> kafka) {
    this.kafka = Map.copyOf(kafka);
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    KafkaProducer<byte[], byte[]> opened = producer;
    if (opened == null) {
      Map<String, Object> all = new HashMap<>(kafka);
      all.put("client.id", "leat-files-alerts");
      all.put("acks", "all");
      all.put("enable.idempotence", "true");
      all.put("linger.ms", "0");
      all.put("max.block.ms", String.valueOf(WITHIN.toMillis()));
      opened = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
      producer = opened;
    }
    return opened;
  }

  @Override
  public void say(Alert alert) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Names.alertsTopic(alert.blueprint()),
            null,
            bytes(alert.detector() + "/" + alert.key()),
            AlertJson.encode(alert));
    Headers headers = record.headers();
    put(headers, LogHeaders.SPEC_VERSION, "1.0");
    put(headers, LogHeaders.ID, alert.id() + "/" + AlertJson.type(alert.state()));
    put(headers, LogHeaders.SOURCE, "leat/" + alert.blueprint() + "/" + alert.detector());
    put(headers, LogHeaders.TYPE, AlertJson.type(alert.state()));
    put(headers, LogHeaders.TIME, alert.at().toString());
    put(headers, LogHeaders.SUBJECT, alert.key());
    put(headers, LogHeaders.CONTENT_TYPE, "application/json");
    try {
      producer().send(record).get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the log did not take an alert: " + e.getMessage(), e);
    }
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, bytes(value));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ofSeconds(5));
    }
  }
}
