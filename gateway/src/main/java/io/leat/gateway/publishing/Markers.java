package io.leat.gateway.publishing;

import io.leat.event.Marker;
import io.leat.event.Names;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the processor once a second, for each blueprint, that this gateway accepts events, and up
 * to where it has written the log: a {@link Marker}. A marker that Kafka does not take at once is
 * dropped, and none is written while events are refused: so the time of markers is time in which
 * entities could be heard.
 */
public final class Markers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Markers.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int TAKEN_WITHIN_MILLIS = 2_000;

  private final String gateway;
  private final Map<String, Object> kafka;
  private final Supplier<Collection<String>> blueprints;
  private final Acknowledged acknowledged;
  private final BooleanSupplier isAccepting;
  private final InstantSource clock;
  private final Counter written;
  private final Counter dropped;
  private final Thread thread;
  private @Nullable KafkaProducer<byte[], byte[]> producer;
  private volatile boolean closed;

  /**
   * Begins.
   *
   * @param gateway names this process
   * @param kafka client properties
   * @param blueprints names of those that are served
   * @param isAccepting whether events are accepted
   */
  public Markers(
      String gateway,
      Map<String, Object> kafka,
      Supplier<Collection<String>> blueprints,
      Acknowledged acknowledged,
      BooleanSupplier isAccepting,
      InstantSource clock,
      MeterRegistry registry,
      ThreadFactory threads) {
    this.gateway = gateway;
    this.kafka = Map.copyOf(kafka);
    this.blueprints = blueprints;
    this.acknowledged = acknowledged;
    this.isAccepting = isAccepting;
    this.clock = clock;
    this.written =
        Counter.builder("leat.markers.written")
            .description("Signs of life that this gateway wrote for the processor")
            .register(registry);
    this.dropped =
        Counter.builder("leat.markers.dropped")
            .description("Signs of life that Kafka did not take")
            .register(registry);
    this.thread = threads.newThread(this::run);
    this.thread.start();
  }

  private void run() {
    long due = System.nanoTime();
    while (!closed) {
      try {
        long wait = due - System.nanoTime();
        if (wait > 0) {
          TimeUnit.NANOSECONDS.sleep(wait);
        }
        due = Math.max(due + EVERY.toNanos(), System.nanoTime());
        if (isAccepting.getAsBoolean()) {
          write();
        }
      } catch (InterruptedException e) {
        break;
      }
    }
    renew();
  }

  private void write() throws InterruptedException {
    Map<String, Map<String, Map<Integer, Long>>> before = new HashMap<>();
    for (Map.Entry<TopicPartition, Long> one : acknowledged.next().entrySet()) {
      String topic = one.getKey().topic();
      int dot = topic.indexOf('.');
      before
          .computeIfAbsent(topic.substring(0, Math.max(dot, 0)), blueprint -> new HashMap<>())
          .computeIfAbsent(topic.substring(dot + 1), stream -> new HashMap<>())
          .put(one.getKey().partition(), one.getValue());
    }
    for (String blueprint : blueprints.get()) {
      Marker marker = new Marker(gateway, clock.millis(), before.getOrDefault(blueprint, Map.of()));
      try {
        producer()
            .send(new ProducerRecord<>(Names.markersTopic(blueprint), 0, null, marker.encode()))
            .get(TAKEN_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
        written.increment();
      } catch (ExecutionException | TimeoutException | KafkaException e) {
        dropped.increment();
        log.debug("A marker of {} is dropped: {}", blueprint, e.toString());
        renew();
        return;
      }
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    KafkaProducer<byte[], byte[]> present = producer;
    if (present == null) {
      Map<String, Object> all = new HashMap<>(kafka);
      all.put(ProducerConfig.CLIENT_ID_CONFIG, "leat-markers");
      all.put(ProducerConfig.ACKS_CONFIG, "all");
      all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
      all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TAKEN_WITHIN_MILLIS);
      all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, TAKEN_WITHIN_MILLIS);
      all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TAKEN_WITHIN_MILLIS);
      all.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
      present = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
      producer = present;
    }
    return present;
  }

  /** Whatever the producer still has is not sent: a marker must not come late. */
  private void renew() {
    KafkaProducer<byte[], byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(Duration.ZERO);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(TAKEN_WITHIN_MILLIS * 2L);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
