package io.leat.action.intake;

import io.leat.event.LeatException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
  private static final String GAP = "leat_alerts_gap_records_total";

  private final String blueprint;
  private final int epoch;
  private final String instance;
  private final Map<String, Object> kafka;
  private final IntakeTransaction transaction;
  private final MeterRegistry registry;
  private final IntakeProgress progress;
  private final Gauge gauge;
  private final Thread thread;
  private final Map<TopicPartition, Long> next = new HashMap<>();
  private final Set<TopicPartition> unplaced = new HashSet<>();

  /** Records that were read and could not be taken in. */
  private long untaken;

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
      InstantSource clock,
      MeterRegistry registry) {
    this.blueprint = blueprint;
    this.epoch = epoch;
    this.instance = instance;
    this.kafka = Map.copyOf(kafka);
    this.transaction = transaction;
    this.registry = registry;
    this.progress = new IntakeProgress(blueprint, clock);
    this.gauge =
        Gauge.builder("leat_alerts_behind_records", progress, IntakeProgress::waiting)
            .tag("blueprint", blueprint)
            .register(registry);
    // There from the beginning: nobody sees that a counter grew which was not there before.
    registry.counter(GAP, "blueprint", blueprint);
    registry.counter(IntakeTransaction.POISON, "blueprint", blueprint);
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

  /** What keeps alerts from being taken in, for people; empty when they are. */
  public Optional<String> problem() {
    return progress.problem();
  }

  /** Records that were logged and not taken in when the log was read last, of its partitions. */
  public long waiting() {
    return progress.waiting();
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
          progress.failed(Math.max(progress.waiting(), untaken), e.getMessage());
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
      lag(own).ifPresent(unread -> progress.looked(unread + untaken));
    } catch (OffsetLostException e) {
      log.info("{}", e.getMessage()); // while it was placed: it still is to be
    } catch (LeatException e) {
      log.warn("Cannot take in alerts of {}: {}", blueprint, e.getMessage());
      progress.failed(lag(own).orElse(0) + untaken, e.getMessage());
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
    untaken = all.size();
    try {
      long behind = transaction.take(of(partition), from, all);
      next.put(partition, behind);
      untaken = 0;
      if (behind > from) {
        progress.moved();
      }
    } catch (OffsetLostException e) {
      // Of this partition only: what was read of the others is in work.
      log.info("{}", e.getMessage());
      untaken = 0;
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
            .counter(GAP, "blueprint", blueprint)
            .increment((double) Math.max(0, found - wanted));
        transaction.skip(of(partition), wanted, found);
      }
      own.seek(partition, found);
      untaken = 0;
      own.resume(List.of(partition));
      next.put(partition, found);
      unplaced.remove(partition);
    }
  }

  private static long only(Map<TopicPartition, Long> offsets) {
    return offsets.values().iterator().next();
  }

  /** Records that were not read yet; empty while that is not known of all partitions. */
  private OptionalLong lag(Consumer<byte[], byte[]> own) {
    long all = 0;
    for (TopicPartition partition : own.assignment()) {
      OptionalLong lag = own.currentLag(partition);
      if (lag.isEmpty() || unplaced.contains(partition)) {
        return OptionalLong.empty();
      }
      all += lag.getAsLong();
    }
    return OptionalLong.of(all);
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
      untaken = 0; // they are read again, by this one or by another
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
