package io.leat.app.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectBeginningsTest {
  private static final String GROUP = "leat-devices-detect";

  private static DataDirectory data;
  private static KafkaEngine kafka;
  private static Admin admin;
  private static DetectBeginnings beginnings;

  @BeforeAll
  static void start(@TempDir Path directory) {
    data = DataDirectory.open(directory);
    kafka = KafkaEngine.start(data, KafkaSettings.defaults());
    Properties client = new Properties();
    client.put("bootstrap.servers", kafka.bootstrapServers());
    admin = Admin.create(client);
    beginnings = new DetectBeginnings(client);
  }

  @AfterAll
  static void stop() {
    beginnings.close();
    admin.close();
    kafka.close();
    data.close();
  }

  @Test
  void whereAJobBeginsIsWhereTheLogEndedWhenItWasFirstAsked() throws Exception {
    TopicPartition events = topic("devices.telemetry");
    TopicPartition markers = topic("devices.markers");
    write(events, 3);

    assertThat(beginnings.of(GROUP, List.of(events, markers)))
        .isEqualTo(Map.of(events, 3L, markers, 0L));

    write(events, 4);
    write(markers, 2);
    TopicPartition later = topic("devices.heartbeat");
    write(later, 5);
    assertThat(beginnings.of(GROUP, List.of(events, markers, later)))
        .as("what failed before its first checkpoint skips nothing; a new stream begins now")
        .isEqualTo(Map.of(events, 3L, markers, 0L, later, 5L));
  }

  @Test
  void aLogThatLostItsEndGoesOnBelowWhatWasReadOfIt() throws Exception {
    TopicPartition cut = topic("bss.order");
    write(cut, 2);
    admin
        .alterConsumerGroupOffsets("leat-bss-detect", Map.of(cut, new OffsetAndMetadata(9)))
        .all()
        .get();

    assertThat(beginnings.of("leat-bss-detect", List.of(cut))).isEqualTo(Map.of(cut, 2L));
  }

  @Test
  void whatIsForgottenBeginsAnew() throws Exception {
    TopicPartition events = topic("shop.cart");
    write(events, 1);
    beginnings.forget("leat-shop-detect"); // one that is not there is forgotten already
    assertThat(beginnings.of("leat-shop-detect", List.of(events))).isEqualTo(Map.of(events, 1L));
    write(events, 6);

    beginnings.forget("leat-shop-detect");

    assertThat(beginnings.of("leat-shop-detect", List.of(events))).isEqualTo(Map.of(events, 7L));
  }

  private static TopicPartition topic(String name) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    return new TopicPartition(name, 0);
  }

  private static void write(TopicPartition partition, int records) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < records; i++) {
        producer
            .send(new ProducerRecord<>(partition.topic(), 0, null, new byte[] {1}))
            .get(20, TimeUnit.SECONDS);
      }
    }
  }
}
