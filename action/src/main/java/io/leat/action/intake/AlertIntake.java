package io.leat.action.intake;

import io.leat.event.LeatException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the alerts of a blueprint and has them taken in. Processes share the partitions as a
 * consumer group, but how far each went is in PostgreSQL, never in Kafka. One thread owns the
 * consumer.
 */
public final class AlertIntake implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AlertIntake.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Then the others of its group have the partitions of a process that says nothing. */
  private static final Duration MISSED_AFTER = Duration.ofSeconds(10);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);
  private static final int AT_A_TIME = 500;
  private static final String TYPE = "ce_type";

  private final String blueprint;
  private final int epoch;
  private final String instance;
  private final Map<String, Object> kafka;
  private final IntakeTransaction transaction;
  private final MeterRegistry registry;
  private final AtomicLong behind = new AtomicLong();
  private final Gauge gauge;
  private final Thread thread;
  private final Map<TopicPartition, Long> next = new HashMap<>();
  private final Set<TopicPartition> unplaced = new HashSet<>();
  private volatile boolean isStopping;
  private volatile Consumer<byte[], byte[]> consumer;

  /**
   * Made; {@link #start} begins.
   *
   * @param epoch of the topic's log
   * @param instance names the process for good; it runs once at a time. Started again after a kill
   *     it has its partitions at once, which others would wait for until the dead one is missed
   * @param kafka how to reach Kafka, as its client wants it
   */
  public AlertIntake(
      String blueprint,
      int epoch,
      String instance,
      Map<String, Object> kafka,
      IntakeTransaction transaction,
      MeterRegistry registry) {
    this.blueprint = blueprint;
    this.epoch = epoch;
    this.instance = instance;
    this.kafka = Map.copyOf(kafka);
    this.transaction = transaction;
    this.registry = registry;
    this.gauge =
        Gauge.builder("leat_alerts_behind_records", behind, AtomicLong::doubleValue)
            .tag("blueprint", blueprint)
            .register(registry);
    this.consumer = consumer();
    this.thread = new Thread(this::run, "leat-alerts-" + blueprint);
    this.thread.setDaemon(true);
  }

  private Consumer<byte[], byte[]> consumer() {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, "leat.alerts." + blueprint);
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) MISSED_AFTER.toMillis());
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, AT_A_TIME);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  public void start() {
    thread.start();
  }

  private void run() {
    while (!isStopping) {
      try (Consumer<byte[], byte[]> own = consumer) {
        own.subscribe(List.of(IntakePartition.topic(blueprint)), new Assignment());
        try {
          while (!isStopping) {
            step(own);
          }
        } catch (WakeupException e) {
          log.debug("Takes in the alerts of {} no more", blueprint);
        }
        own.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
      } catch (RuntimeException e) {
        if (!isStopping) {
          log.warn("Reads the alerts of {} anew: {}", blueprint, e.getMessage(), e);
          next.clear();
          unplaced.clear();
          sleep();
          consumer = consumer();
        }
      }
    }
  }

  private void step(Consumer<byte[], byte[]> own) {
    try {
      place(own);
      ConsumerRecords<byte[], byte[]> records = own.poll(POLL);
      for (TopicPartition partition : records.partitions()) {
        take(own, partition, records.records(partition));
      }
      behind.set(lag(own));
    } catch (OffsetLostException e) {
      log.info("{}", e.getMessage()); // while it was placed: it still is to be
    } catch (LeatException e) {
      log.warn("Cannot take in alerts of {}: {}", blueprint, e.getMessage());
      placeAllAnew(own);
      sleep();
    }
  }

  /** What was read and not taken in is read once more from where PostgreSQL says. */
  private void placeAllAnew(Consumer<byte[], byte[]> own) {
    own.pause(own.assignment());
    unplaced.addAll(own.assignment());
    next.clear();
  }

  private void take(
      Consumer<byte[], byte[]> own,
      TopicPartition partition,
      List<ConsumerRecord<byte[], byte[]>> records) {
    Long from = next.get(partition);
    if (from == null) {
      return; // taken away, or to be placed anew
    }
    List<AlertRecord> all = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.offset() >= from) {
        Header type = record.headers().lastHeader(TYPE);
        all.add(
            new AlertRecord(
                record.offset(),
                type == null ? null : new String(type.value(), StandardCharsets.UTF_8),
                record.value()));
      }
    }
    try {
      next.put(partition, transaction.take(of(partition), from, all));
    } catch (OffsetLostException e) {
      // Of this partition only: what was read of the others is in work.
      log.info("{}", e.getMessage());
      own.pause(List.of(partition));
      next.remove(partition);
      unplaced.add(partition);
    }
  }

  private IntakePartition of(TopicPartition partition) {
    return new IntakePartition(blueprint, partition.partition(), epoch);
  }

  /** Finds out where partitions go on. Until then they are paused. */
  private void place(Consumer<byte[], byte[]> own) {
    unplaced.retainAll(own.assignment());
    for (TopicPartition partition : List.copyOf(unplaced)) {
      long wanted = transaction.nextOffset(of(partition));
      long first = only(own.beginningOffsets(List.of(partition)));
      long end = only(own.endOffsets(List.of(partition)));
      long found = Math.max(first, Math.min(wanted, end));
      if (found != wanted) {
        log.error(
            "The log of {} has records from {} to {}, alerts were taken in up to {}: goes on at {}",
            partition,
            first,
            end,
            wanted,
            found);
        registry
            .counter("leat_alerts_gap_records_total", "blueprint", blueprint)
            .increment((double) Math.max(0, found - wanted));
        transaction.skip(of(partition), wanted, found);
      }
      own.seek(partition, found);
      own.resume(List.of(partition));
      next.put(partition, found);
      unplaced.remove(partition);
    }
  }

  private static long only(Map<TopicPartition, Long> offsets) {
    return offsets.values().iterator().next();
  }

  private static long lag(Consumer<byte[], byte[]> own) {
    long all = 0;
    for (TopicPartition partition : own.assignment()) {
      OptionalLong lag = own.currentLag(partition);
      all += lag.orElse(0);
    }
    return all;
  }

  private void sleep() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      isStopping = true;
    }
  }

  /** Ends when the batch in work is done. */
  @Override
  public void close() {
    isStopping = true;
    consumer.wakeup();
    try {
      thread.join(CLOSE_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    registry.remove(gauge);
  }

  /** Partitions come and go; called by the thread that polls. */
  private final class Assignment implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
      unplaced.addAll(partitions);
      // The consumer wants a position of its own before place() knows the right one.
      consumer.seekToBeginning(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      partitions.forEach(
          partition -> {
            next.remove(partition);
            unplaced.remove(partition);
          });
    }
  }
}
