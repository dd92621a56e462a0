package io.leat.app.platform;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A Kafka consumer outside of any group that does not wait long for a broker that is away: its
 * calls fail after some seconds, and closing it takes no more. Owned by one thread.
 */
final class LogConsumer implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration CLOSE = Duration.ofMillis(500);

  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * Makes one; blocks while the broker's name is looked up.
   *
   * @param client Kafka client properties
   * @param more consumer properties above them
   */
  LogConsumer(Properties client, Map<String, String> more) {
    Properties all = new Properties();
    all.putAll(client);
    all.put("enable.auto.commit", "false");
    all.put("default.api.timeout.ms", String.valueOf(ANSWER.toMillis()));
    all.put("request.timeout.ms", String.valueOf(ANSWER.toMillis()));
    all.putAll(more);
    this.consumer =
        new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  KafkaConsumer<byte[], byte[]> consumer() {
    return consumer;
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSE));
  }
}
