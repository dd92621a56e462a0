package io.leat.app.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedLogTest {
  private static final int RECORD = 100_000;
  private static final int RECORDS = 100;

  private static DataDirectory data;
  private static KafkaEngine kafka;
  private static Admin admin;
  private static EmbeddedLog log;

  @BeforeAll
  static void start(@TempDir Path directory) {
    data = DataDirectory.open(directory);
    kafka =
        KafkaEngine.start(
            data,
            KafkaSettings.defaults()
                .withSegmentBytes(1 << 20)
                .with("log.initial.task.delay.ms", "1000"));
    Properties client = new Properties();
    client.put("bootstrap.servers", kafka.bootstrapServers());
    admin = Admin.create(client);
    log = new EmbeddedLog(client);
  }

  @AfterAll
  static void stop() {
    log.close();
    admin.close();
    kafka.close();
    data.close();
  }

  @Test
  void whatIsGivenUpIsFreeSoonAndWhatIsNotStays() throws Exception {
    TopicPartition partition = new TopicPartition("devices.telemetry", 0);
    admin.createTopics(List.of(new NewTopic(partition.topic(), 1, (short) 1))).all().get();
    long empty = log.bytes();
    fill(partition);
    long full = log.bytes() - empty;
    assertThat(full).isBetween((long) RECORDS * RECORD, RECORDS * RECORD + 100_000L);

    assertThat(log.giveUp(Map.of(partition, 80L))).isEqualTo(80);

    assertThat(begin(partition)).isEqualTo(80);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (log.bytes() - empty > full / 2 && System.nanoTime() < deadline) {
      Thread.sleep(200);
    }
    assertThat(log.bytes() - empty).isBetween(20L * RECORD, full / 2);
    assertThat(log.giveUp(Map.of(partition, 50L))).isZero();
    assertThat(begin(partition)).isEqualTo(80);
  }

  @Test
  void whatAGroupCommittedIsForgotten() throws Exception {
    TopicPartition partition = new TopicPartition("devices.fault", 0);
    admin.createTopics(List.of(new NewTopic(partition.topic(), 1, (short) 1))).all().get();
    admin
        .alterConsumerGroupOffsets("leat-devices-lake", Map.of(partition, new OffsetAndMetadata(5)))
        .all()
        .get();
    assertThat(log.committed("leat-devices-lake")).isEqualTo(Map.of(partition, 5L));

    log.forget("leat-devices-lake");

    assertThat(log.committed("leat-devices-lake")).isEmpty();
    log.forget("leat-devices-lake"); // one that is not there is forgotten already
  }

  private static void fill(TopicPartition partition) throws Exception {
    Random random = new Random(7);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        byte[] value = new byte[RECORD];
        random.nextBytes(value);
        producer
            .send(new ProducerRecord<>(partition.topic(), 0, null, value))
            .get(20, TimeUnit.SECONDS);
      }
    }
  }

  private static long begin(TopicPartition partition) throws Exception {
    return admin
        .listOffsets(Map.of(partition, OffsetSpec.earliest()))
        .partitionResult(partition)
        .get()
        .offset();
  }
}
