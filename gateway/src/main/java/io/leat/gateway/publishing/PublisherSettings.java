package io.leat.gateway.publishing;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How events are handed to Kafka. A request is answered within five seconds whatever becomes of its
 * records here; the times are such that this is known by then.
 *
 * @param kafka client properties: {@code bootstrap.servers}, TLS and SASL settings; they win over
 *     what follows from the rest
 * @param maxWaiting how long a request's records may wait for the sending thread
 * @param maxBlock how long the sending thread waits for metadata or buffer space
 * @param deliveryTimeout how long a record that was handed over may take to be acknowledged
 * @param linger how long a batch waits for company
 * @param batchBytes a Kafka batch's size
 * @param bufferBytes Kafka's buffer for batches that are not acknowledged
 * @param compression Kafka's {@code compression.type}
 * @param maxRequests requests that wait for the sending thread; more is a 503
 * @param maxBytes bytes of records that are not acknowledged; more is a 503
 */
public record PublisherSettings(
    Map<String, Object> kafka,
    Duration maxWaiting,
    Duration maxBlock,
    Duration deliveryTimeout,
    Duration linger,
    int batchBytes,
    long bufferBytes,
    String compression,
    int maxRequests,
    long maxBytes) {
  /** As the delivery timeout, on a log that forces each request. */
  private static final Duration FORCED_WITHIN = Duration.ofMillis(4_200);

  public PublisherSettings {
    kafka = Map.copyOf(kafka);
    if (!kafka.containsKey("bootstrap.servers")) {
      throw new IllegalArgumentException("kafka has no 'bootstrap.servers'");
    }
  }

  /**
   * The same for a log that forces each request to its device before it acknowledges it: one
   * request at a time, so that everything that comes in meanwhile goes together in the next. A
   * broker forces a request's partitions one after the other, three files each: on a device that
   * takes 200 ms that is seconds, in which nothing is lost and nothing is gained by asking again.
   * So a record has nearly all the time that there is, and so has the request that it is in.
   */
  public PublisherSettings withGroupCommit() {
    Map<String, Object> one = new HashMap<>();
    one.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    one.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) FORCED_WITHIN.minus(linger).toMillis());
    one.putAll(kafka);
    return new PublisherSettings(
        one,
        maxWaiting,
        maxBlock,
        FORCED_WITHIN,
        linger,
        batchBytes,
        bufferBytes,
        compression,
        maxRequests,
        maxBytes);
  }

  /** The defaults, for the brokers and with the security settings in {@code kafka}. */
  public static PublisherSettings defaults(Map<String, Object> kafka) {
    return new PublisherSettings(
        kafka,
        Duration.ofMillis(700),
        Duration.ofMillis(500),
        Duration.ofMillis(3_000),
        Duration.ofMillis(3),
        256 * 1024,
        32L * 1024 * 1024,
        "lz4",
        10_000,
        64L * 1024 * 1024);
  }
}
