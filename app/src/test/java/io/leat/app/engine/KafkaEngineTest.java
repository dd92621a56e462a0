package io.leat.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaEngineTest {
  private static final String TOPIC = "devices.telemetry";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path directory;

  KafkaEngineTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void recordsAndAddressStayOverACleanRestart() throws Exception {
    String address;
    String id;
    try (DataDirectory data = DataDirectory.open(directory);
        KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults())) {
      address = kafka.bootstrapServers();
      id = provision(kafka, topic(3)).ids().get(TOPIC);
      send(kafka, "a", "b");
    }
    try (DataDirectory data = DataDirectory.open(directory);
        KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults())) {
      assertThat(kafka.bootstrapServers()).isEqualTo(address);
      ProvisionedTopics again = provision(kafka, topic(3));
      assertThat(again.created()).isEmpty();
      assertThat(again.findings()).isEmpty();
      assertThat(again.ids()).isEqualTo(Map.of(TOPIC, id));
      assertThat(read(kafka, 2)).containsExactlyInAnyOrder("a", "b");
    }
  }

  @Test
  void aTakenPortIsReplacedAndTheRecordsAreStillThere() throws Exception {
    int port;
    try (DataDirectory data = DataDirectory.open(directory);
        KafkaEngine kafka =
            KafkaEngine.start(data, KafkaSettings.defaults().with(Durability.DISK))) {
      port = port(kafka);
      provision(kafka, topic(1));
      send(kafka, "a");
    }
    try (ServerSocket squatter = new ServerSocket()) {
      squatter.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      try (DataDirectory data = DataDirectory.open(directory);
          KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults())) {
        assertThat(port(kafka)).isNotEqualTo(port);
        assertThat(read(kafka, 1)).containsExactly("a");
        send(kafka, "b");
      }
    }
  }

  @Test
  void acknowledgedRecordsSurviveTheProcessBeingKilled() throws Exception {
    Process victim = TestingProcess.start(KafkaVictim.class, directory.toString());
    try {
      assertThat(TestingProcess.line(victim)).isEqualTo("acknowledged");
    } finally {
      victim.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    try (DataDirectory data = DataDirectory.open(directory);
        KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults())) {
      assertThat(read(kafka, 2)).containsExactlyInAnyOrder("one", "two");
    }
  }

  @Test
  void differencesAreAppliedOrReported() {
    try (DataDirectory data = DataDirectory.open(directory);
        KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults())) {
      provision(
          kafka, new TopicSpec(TOPIC, 2, 1, Map.of("retention.ms", "604800000")), topic("other"));

      ProvisionedTopics second =
          provision(
              kafka,
              new TopicSpec(
                  TOPIC, 2, 3, Map.of("retention.ms", "86400000", "cleanup.policy", "compact")),
              new TopicSpec("new", 1, 1, Map.of()),
              topic("other"));

      assertThat(second.created()).containsExactly("new");
      assertThat(second.ids()).containsOnlyKeys(TOPIC, "new", "other");
      assertThat(second.findings())
          .extracting(f -> f.kind() + " " + f)
          .containsExactly(
              "REPORTED devices.telemetry: each partition has 1 copies, the blueprint says 3."
                  + " Reassign it with kafka-reassign-partitions.sh, or say 'replication: 1'.",
              "REPORTED devices.telemetry: cleanup.policy is delete, the blueprint says compact."
                  + " Change it with kafka-configs.sh when you know what it does to the records"
                  + " that are there.",
              "APPLIED devices.telemetry: retention.ms was 604800000, the blueprint says"
                  + " 86400000.");
      assertThat(
              provision(kafka, new TopicSpec(TOPIC, 2, 1, Map.of("retention.ms", "86400000")))
                  .findings())
          .isEmpty();
    }
  }

  @Test
  void whatWouldDestroyOrderIsRefusedAndNothingElseIsTouched() {
    try (DataDirectory data = DataDirectory.open(directory);
        KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults())) {
      provision(
          kafka, new TopicSpec(TOPIC, 2, 1, Map.of("retention.ms", "604800000")), topic("other"));

      assertThatThrownBy(
              () ->
                  provision(
                      kafka,
                      new TopicSpec("new", 1, 1, Map.of()),
                      new TopicSpec("other", 1, 1, Map.of("retention.ms", "3600000")),
                      new TopicSpec(TOPIC, 4, 1, Map.of("retention.ms", "86400000"))))
          .isInstanceOfSatisfying(
              LeatException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DESTRUCTIVE_CHANGE))
          .hasMessage(
              "devices.telemetry: the topic has 2 partitions, the blueprint says 4. More"
                  + " partitions would send keys elsewhere and break their order: say 'partitions:"
                  + " 2', or add a new stream with more partitions, send to it, and remove this one"
                  + " when it is drained.");

      ProvisionedTopics after =
          provision(
              kafka,
              new TopicSpec("new", 1, 1, Map.of()),
              new TopicSpec("other", 1, 1, Map.of("retention.ms", "604800000")),
              new TopicSpec(TOPIC, 2, 1, Map.of("retention.ms", "604800000")));
      assertThat(after.created()).containsExactly("new");
      assertThat(after.findings()).isEmpty();
    }
  }

  private static TopicSpec topic(int partitions) {
    return new TopicSpec(TOPIC, partitions, 1, Map.of());
  }

  private static TopicSpec topic(String name) {
    return new TopicSpec(name, 1, 1, Map.of());
  }

  private static int port(KafkaEngine kafka) {
    String address = kafka.bootstrapServers();
    return Integer.parseInt(address.substring(address.indexOf(':') + 1));
  }

  private static ProvisionedTopics provision(KafkaEngine kafka, TopicSpec... specs) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      return new Topics(admin, PATIENCE).provision(List.of(specs));
    }
  }

  private static void send(KafkaEngine kafka, String... values) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(TOPIC, value, value)).get(20, TimeUnit.SECONDS);
      }
    }
  }

  private static List<String> read(KafkaEngine kafka, int count) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "group.id",
                "reader",
                "auto.offset.reset",
                "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  /** Acknowledges two records and then waits to be killed. */
  static final class KafkaVictim {
    private KafkaVictim() {}

    public static void main(String[] args) throws Exception {
      DataDirectory data = DataDirectory.open(Path.of(args[0]));
      KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults());
      provision(kafka, topic(2));
      send(kafka, "one", "two");
      TestingProcess.sayAndWait("acknowledged");
    }
  }

  @Test
  void aBrokerThatCannotPrepareItsDirectorySaysSo() throws IOException {
    try (DataDirectory data = DataDirectory.open(directory)) {
      java.nio.file.Files.writeString(data.kafka(), "in the way");

      assertThatThrownBy(() -> KafkaEngine.start(data, KafkaSettings.defaults()))
          .isInstanceOf(LeatException.class)
          .hasMessage(
              "The embedded Kafka broker did not start: its directory "
                  + data.kafka()
                  + " cannot be prepared");
    }
  }
}
