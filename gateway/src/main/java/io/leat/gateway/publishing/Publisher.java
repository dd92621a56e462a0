package io.leat.gateway.publishing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands records to Kafka and tells what became of them. The producer belongs to one thread, {@code
 * leat-publisher}, since {@link KafkaProducer#send} may block; {@link #offer} never does.
 */
public final class Publisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final PublisherSettings settings;
  private final BlockingQueue<Waiting> queue;
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean hasEverRefused;
  private volatile long refusedAt;
  private final Acknowledged acknowledged = new Acknowledged();

  /** By topic. */
  private final Map<String, Congestion> congestions = new ConcurrentHashMap<>();

  private final Thread thread;
  private final Timer seconds;
  private final Counter lateAcknowledgements;
  private final Counter renewals;
  private @Nullable KafkaProducer<byte[], byte[]> producer;
  private volatile boolean closing;

  /** Owned by the thread: when a topic that could not be reached is tried again. */
  private final Map<String, Long> retryAt = new HashMap<>();

  /** Owned by the thread: whether the last record could not be handed over for now. */
  private boolean blocked;

  private record Waiting(Handover handover, long since) {}

  /** Starts the thread. */
  public Publisher(PublisherSettings settings, MeterRegistry registry, ThreadFactory threads) {
    this.settings = settings;
    this.queue = new ArrayBlockingQueue<>(settings.maxRequests());
    this.seconds =
        Timer.builder("leat.publish")
            .description("From a request's records being ready to their last outcome")
            .publishPercentileHistogram()
            .maximumExpectedValue(Duration.ofSeconds(5))
            .register(registry);
    this.lateAcknowledgements =
        Counter.builder("leat.publish.late.acknowledgements")
            .description("Records that were acknowledged after their request was answered")
            .register(registry);
    this.renewals =
        Counter.builder("leat.publish.producer.renewals")
            .description("Producers that were replaced after an error they cannot recover from")
            .register(registry);
    Gauge.builder("leat.publish.waiting.requests", queue, BlockingQueue::size)
        .description("Requests whose records wait for the sending thread")
        .register(registry);
    Gauge.builder(
            "leat.publish.waiting.requests.fill",
            this,
            p -> fill(p.queue.size(), settings.maxRequests()))
        .description("The same as a share of its bound, 0 to 1")
        .register(registry);
    Gauge.builder("leat.publish.unacknowledged.bytes", bytes, AtomicLong::get)
        .description("Bytes of records without an outcome")
        .register(registry);
    Gauge.builder(
            "leat.publish.unacknowledged.fill", this, p -> fill(p.bytes.get(), settings.maxBytes()))
        .description("The same as a share of its bound, 0 to 1")
        .register(registry);
    Gauge.builder("leat.publish.unacknowledged.limit.bytes", this, Publisher::limit)
        .description("Bytes of the slowest topic that may be without an outcome now")
        .register(registry);
    this.thread = threads.newThread(this::run);
    this.thread.start();
  }

  private double limit() {
    long now = System.nanoTime();
    return congestions.values().stream()
        .mapToLong(congestion -> congestion.limit(now))
        .reduce(settings.maxBytes(), Math::min);
  }

  private static double fill(long used, long bound) {
    return (double) used / (double) bound;
  }

  /**
   * Takes the messages of a sealed handover on. Each gets its outcome in the handover, and the
   * handover ends, within the sum of the settings' times as far as Kafka's client keeps to them.
   *
   * @return false when a bound is reached: nothing was taken on
   */
  public boolean offer(Handover handover) {
    if (closing) {
      return false;
    }
    long size = handover.bytes();
    long since = System.nanoTime();
    if (!takes(size)) {
      return refuse(since);
    }
    Congestion congestion = congestion(handover);
    if (!congestion.takes(size, since)) {
      bytes.addAndGet(-size);
      return refuse(since);
    }
    if (!queue.offer(new Waiting(handover, since))) {
      bytes.addAndGet(-size);
      congestion.giveBack(size);
      return refuse(since);
    }
    handover.onRelease(
        () -> {
          long now = System.nanoTime();
          bytes.addAndGet(-size);
          acknowledged.note(handover);
          congestion.done(size, handover.acknowledgedBytes(), now - since, now);
          seconds.record(now - since, TimeUnit.NANOSECONDS);
        });
    return true;
  }

  private boolean refuse(long now) {
    refusedAt = now;
    hasEverRefused = true;
    return false;
  }

  /** Whether anything was refused in this time, since more came in than the log takes. */
  public boolean hasRefused(Duration within) {
    return hasEverRefused && System.nanoTime() - refusedAt < within.toNanos();
  }

  /** Up to where the log is known to be written. */
  public Acknowledged acknowledged() {
    return acknowledged;
  }

  /** Of its first record's topic: nearly all have one. */
  private Congestion congestion(Handover handover) {
    String topic = handover.size() == 0 ? "" : handover.message(0).topic();
    return congestions.computeIfAbsent(topic, any -> new Congestion());
  }

  /** Counts bytes as taken on, unless they are beyond the bound; a single request always fits. */
  private boolean takes(long size) {
    long before = bytes.get();
    while (before == 0 || before + size <= settings.maxBytes()) {
      if (bytes.compareAndSet(before, before + size)) {
        return true;
      }
      before = bytes.get();
    }
    return false;
  }

  private void run() {
    while (!closing || !queue.isEmpty()) {
      try {
        Waiting next = queue.poll(100, TimeUnit.MILLISECONDS);
        if (next != null) {
          send(next);
        }
      } catch (InterruptedException e) {
        closing = true;
      }
    }
    close(producer, settings.deliveryTimeout());
  }

  private void send(Waiting waiting) {
    Handover handover = waiting.handover();
    long last = waiting.since() + settings.maxWaiting().toNanos();
    for (int i = 0; i < handover.size(); i++) {
      // The clock is not looked at for each record; a record that blocked ends the loop anyway.
      if (i % 16 == 0 && System.nanoTime() - last > 0) {
        handover.failRest(i, Outcome.UNAVAILABLE);
        return;
      }
      if (!handover.claim(i)) {
        continue;
      }
      if (!trySend(handover, i)) {
        handover.failRest(i + 1, Outcome.UNAVAILABLE);
        return;
      }
    }
  }

  /**
   * False when Kafka took too long, or cannot go on: more of this request would not fare better.
   */
  private boolean trySend(Handover handover, int index) {
    String topic = handover.message(index).topic();
    Long retry = retryAt.get(topic);
    if (retry != null) {
      if (System.nanoTime() - retry < 0) {
        handover.fail(index, Outcome.UNAVAILABLE);
        return false;
      }
      retryAt.remove(topic);
    }
    try {
      blocked = false;
      send(handover, index);
    } catch (KafkaException | IllegalStateException e) {
      LOG.warn("The Kafka producer cannot go on and is replaced: {}", e.toString());
      handover.fail(index, Outcome.UNAVAILABLE);
      renew();
      blocked = true;
    }
    if (blocked) {
      retryAt.put(topic, System.nanoTime() + settings.maxBlock().toNanos());
    }
    return !blocked;
  }

  private void send(Handover handover, int index) {
    Message message = handover.message(index);
    byte[] value = Arrays.copyOfRange(message.body(), message.start(), message.end());
    Integer partition = message.partition() < 0 ? null : message.partition();
    // The callback hears of everything that the future would.
    Future<RecordMetadata> unused =
        producer()
            .send(
                new ProducerRecord<>(
                    message.topic(), partition, null, message.key(), value, message.headers()),
                (metadata, error) -> {
                  if (error == null) {
                    if (!handover.acknowledge(index, metadata.partition(), metadata.offset())) {
                      lateAcknowledgements.increment();
                    }
                  } else {
                    handover.fail(index, outcome(error));
                  }
                });
  }

  /**
   * What an error says of the record. Called within {@link KafkaProducer#send} (on this object's
   * thread) it never left; on Kafka's thread only some errors say that it was not stored.
   */
  private Outcome outcome(Exception error) {
    if (error instanceof RecordTooLargeException) {
      return Outcome.TOO_LARGE;
    }
    boolean refused =
        error instanceof AuthorizationException
            || error instanceof AuthenticationException
            || error instanceof InvalidTopicException
            || error instanceof UnknownTopicOrPartitionException
            || error instanceof NotEnoughReplicasException;
    boolean neverLeft = Thread.currentThread() == thread && error instanceof ApiException;
    if (neverLeft) {
      blocked = error instanceof RetriableException;
    }
    return refused || neverLeft ? Outcome.UNAVAILABLE : Outcome.UNKNOWN;
  }

  private KafkaProducer<byte[], byte[]> producer() {
    KafkaProducer<byte[], byte[]> present = producer;
    if (present == null) {
      present = KafkaProducers.open(settings);
      producer = present;
    }
    return present;
  }

  private void renew() {
    renewals.increment();
    KafkaProducer<byte[], byte[]> old = producer;
    producer = null;
    close(old, Duration.ZERO);
  }

  private static void close(@Nullable KafkaProducer<byte[], byte[]> producer, Duration timeout) {
    if (producer != null) {
      try {
        producer.close(timeout);
      } catch (KafkaException e) {
        LOG.warn("The Kafka producer did not close cleanly: {}", e.toString());
      }
    }
  }

  /** Takes no more, sends what waits, and waits for its outcomes. */
  @Override
  public void close() {
    closing = true;
    try {
      thread.join(settings.deliveryTimeout().plus(settings.maxWaiting()).plusSeconds(1).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
