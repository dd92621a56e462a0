package io.leat.app.platform;

import io.leat.app.backup.LogTail;
import io.leat.app.backup.Manifest;
import io.leat.blueprint.StreamSpec;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogHeaders;
import io.leat.event.LogPosition;
import io.leat.state.AnsweredCounts;
import io.leat.state.Relogging;
import io.leat.state.StateDatabase;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Logs the end of a backup's log again, in the topics' new epoch: the records that are not in the
 * tables, with their partitions, keys and headers, in their order. Owned by one thread.
 */
final class LogRestoration implements AutoCloseable {
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Relogging relogging;
  private final InstantSource clock;

  /** The records of a partition. */
  @FunctionalInterface
  interface Records {
    InputStream of(Manifest.Log log, int partition);
  }

  LogRestoration(Properties kafka, Admin admin, StateDatabase state, InstantSource clock) {
    this.admin = admin;
    this.relogging = new Relogging(state);
    this.clock = clock;
    Properties all = new Properties();
    all.putAll(kafka);
    all.put("client.id", "leat-restore");
    all.put("acks", "all");
    all.put("enable.idempotence", "true");
    all.put("linger.ms", "5");
    all.put("compression.type", "lz4"); // as the gateway does
    all.put("batch.size", "262144");
    all.put("max.request.size", String.valueOf(64 << 20));
    this.producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Restores a topic.
   *
   * @return how many records were logged
   */
  long restore(Manifest.Log log, Provisioning.Provisioned made, Records records)
      throws IOException {
    int epoch = epoch(log, made);
    ensurePartitions(log);
    long oldest = clock.millis() - retention(log, made).toMillis() / 2;
    Map<String, Relogging.Moved> redriven = new ConcurrentHashMap<>();
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    long logged = 0;
    for (Manifest.Partition partition : log.partitions()) {
      if (partition.records() > 0) {
        try (InputStream in = records.of(log, partition.partition())) {
          logged +=
              LogTail.read(
                  in,
                  one -> send(log, partition.partition(), epoch, one, oldest, redriven, failure));
        }
      }
    }
    producer.flush();
    Exception failed = failure.get();
    if (failed != null) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE, "Kafka did not take a record of " + log.topic(), failed);
    }
    if (!log.ofRejected()) {
      long kept = log.partitions().stream().mapToLong(Manifest.Partition::first).sum();
      relogging.moveAnswered(
          new AnsweredCounts.Log(log.blueprint(), log.stream(), log.epoch()), kept, epoch);
      relogging.moveRedriven(redriven);
      relogging.aimAnew(log.topic(), log.epoch(), epoch);
    }
    return logged;
  }

  private void send(
      Manifest.Log log,
      int partition,
      int epoch,
      LogTail.Logged one,
      long oldest,
      Map<String, Relogging.Moved> redriven,
      AtomicReference<@Nullable Exception> failure) {
    boolean isRedriven =
        one.headers().stream().anyMatch(header -> header.key().equals(LogHeaders.REDRIVE));
    // What is older than the log keeps would go before it is read.
    long time = Math.max(one.timestamp(), oldest);
    Future<RecordMetadata> unused = // the callback hears of failures
    producer.send(
        new ProducerRecord<>(log.topic(), partition, time, one.key(), one.value(), one.headers()),
        (sent, failed) -> {
          if (failed != null) {
            failure.compareAndSet(null, failed);
          } else if (isRedriven) {
            redriven.put(
                name(log, log.epoch(), partition, one.offset()),
                new Relogging.Moved(
                    name(log, epoch, partition, sent.offset()), epoch, partition, sent.offset()));
          }
        });
  }

  private static String name(Manifest.Log log, int epoch, int partition, long offset) {
    return new KeptId(false, new LogPosition(epoch, log.topic(), partition, offset)).toString();
  }

  private static int epoch(Manifest.Log log, Provisioning.Provisioned made) {
    int epoch =
        log.ofRejected()
            ? made.rejectedEpoch()
            : made.plans().stream()
                .filter(plan -> plan.topic().equals(log.topic()))
                .mapToInt(StreamPlan::epoch)
                .findFirst()
                .orElseThrow();
    if (epoch <= log.epoch()) {
      throw new LeatException(
          ErrorCode.INTERNAL,
          "The topic " + log.topic() + " is in epoch " + epoch + ", as before the restore");
    }
    return epoch;
  }

  private static Duration retention(Manifest.Log log, Provisioning.Provisioned made) {
    StreamSpec stream = made.blueprint().streams().get(log.stream());
    return log.ofRejected() || stream == null
        ? Provisioning.REJECTED_RETENTION
        : stream.retention();
  }

  /** Somebody may have given the topic more partitions than its blueprint says. */
  private void ensurePartitions(Manifest.Log log) {
    int wanted = log.partitions().size();
    try {
      int there =
          admin
              .describeTopics(List.of(log.topic()))
              .topicNameValues()
              .values()
              .iterator()
              .next()
              .get()
              .partitions()
              .size();
      if (there < wanted) {
        admin.createPartitions(Map.of(log.topic(), NewPartitions.increaseTo(wanted))).all().get();
      }
    } catch (ExecutionException e) {
      throw new LeatException(ErrorCode.LOG_UNAVAILABLE, "Kafka does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while restoring", e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
