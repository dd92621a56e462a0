package io.leat.gateway.publishing;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producers as the gateway needs them: idempotent, acknowledged by all replicas, soon decided. */
final class KafkaProducers {
  private KafkaProducers() {}

  static KafkaProducer<byte[], byte[]> open(PublisherSettings settings) {
    long delivery = settings.deliveryTimeout().toMillis();
    long linger = settings.linger().toMillis();
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.CLIENT_ID_CONFIG, "leat-gateway");
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, settings.maxBlock().toMillis());
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) delivery);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) (delivery - linger) * 2 / 3);
    config.put(ProducerConfig.LINGER_MS_CONFIG, linger);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, settings.batchBytes());
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, settings.bufferBytes());
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.compression());
    config.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, 50L);
    config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000L);
    config.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 1_500L);
    config.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    config.putAll(settings.kafka());
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
