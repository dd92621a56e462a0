package io.leat.action.intake;

import static io.leat.action.TestingAlerts.alert;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.TestingBroker;
import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts come from a real broker. */
class AlertIntakeTest {
  private static final int PARTITIONS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static TestingState state;
  private static TestingBroker broker;
  private static int topics;

  private final List<AlertIntake> opened = new ArrayList<>();
  private TestingIntake intake;
  private int epoch;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    state = new TestingState();
    broker = new TestingBroker(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
    state.close();
  }

  @BeforeEach
  void begin() throws Exception {
    state.clear();
    intake = new TestingIntake(state.database());
    epoch = 1;
    try (Admin admin = Admin.create(broker.client())) {
      if (topics++ > 0) {
        admin.deleteTopics(List.of("devices.alerts")).all().get();
        until(() -> !exists(admin));
      }
    }
    broker.create("devices.alerts", PARTITIONS);
  }

  private static boolean exists(Admin admin) {
    try {
      return admin.listTopics().names().get().contains("devices.alerts");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void end() {
    opened.forEach(AlertIntake::close);
  }

  private AlertIntake intake() {
    return intake("leat-" + opened.size());
  }

  private AlertIntake intake(String instance) {
    AlertIntake own =
        new AlertIntake(
            "devices",
            epoch,
            instance,
            broker.client(),
            intake.transaction(),
            intake,
            intake.registry());
    opened.add(own);
    own.start();
    return own;
  }

  private static void send(Alert... alerts) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.copyOf(broker.client()), new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (Alert alert : alerts) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                "devices.alerts",
                (alert.detector() + "|" + alert.key()).getBytes(UTF_8),
                AlertJson.encode(alert));
        record.headers().add("ce_type", AlertJson.type(alert.state()).getBytes(UTF_8));
        sent.add(producer.send(record));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }

  private Alert[] firing(int from, int to) {
    Alert[] alerts = new Alert[to - from];
    for (int i = from; i < to; i++) {
      alerts[i - from] = alert("offline", "d-" + i, 1).firing(intake.instant());
    }
    return alerts;
  }

  private static void until(BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for too long").isLessThan(end);
      Thread.sleep(20);
    }
  }

  private void untilIncidents(int count) throws InterruptedException {
    until(() -> intake.all().size() == count);
  }

  private double taken(String outcome) {
    return intake
        .registry()
        .counter("leat_alerts_taken_total", "blueprint", "devices", "outcome", outcome)
        .count();
  }

  @Test
  void alertsOfAllPartitionsBecomeIncidentsAndARestartGoesOnWhereItWas() throws Exception {
    send(firing(0, 40));
    AlertIntake first = intake();
    untilIncidents(40);
    first.close();
    send(firing(40, 60));
    intake();
    untilIncidents(60);

    assertThat(taken("fired")).isEqualTo(60);
    assertThat(taken("repeated")).isZero();
    assertThat(state.texts("select sum(next_offset) from alert_offset")).containsExactly("60");
  }

  @Test
  void severalShareThePartitionsAndWhoComesLaterTakesOver() throws Exception {
    AlertIntake first = intake();
    send(firing(0, 20));
    untilIncidents(20);
    intake();
    send(firing(20, 40));
    untilIncidents(40);
    first.close();
    send(firing(40, 60));
    untilIncidents(60);

    assertThat(taken("fired")).isEqualTo(60);
    assertThat(taken("repeated")).isZero();
  }

  @Test
  @SuppressWarnings("try") // Nobody interrupts a test.
  void whoStartsAgainAfterAKillDoesNotWaitUntilTheDeadOneIsMissed() throws Exception {
    Map<String, Object> settings = new HashMap<>(broker.client());
    settings.put("group.id", "leat.alerts.devices");
    settings.put("group.instance.id", "leat-killed");
    settings.put("session.timeout.ms", (int) PATIENCE.multipliedBy(3).toMillis());
    settings.put("enable.auto.commit", false);
    try (KafkaConsumer<byte[], byte[]> killed =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      killed.subscribe(List.of("devices.alerts"));
      until(
          () -> {
            killed.poll(Duration.ofMillis(100));
            return killed.assignment().size() == PARTITIONS;
          });
      send(firing(0, 20));
      intake("leat-killed");
      untilIncidents(20);
    }
  }

  @Test
  void whoFindsAnotherOffsetInTheTableGoesOnFromThere() throws Exception {
    intake();
    send(firing(0, 20));
    untilIncidents(20);
    // As another process that read the same partitions would have left it.
    state.update("update alert_offset set next_offset = 0 where next_offset > 0");
    send(firing(20, 40));
    untilIncidents(40);
    until(() -> state.texts("select sum(next_offset) from alert_offset").equals(List.of("40")));
    assertThat(taken("repeated")).isEqualTo(20);
  }

  @Test
  void whatTheLogGaveUpBeforeItWasTakenInIsCountedAndTheRestTakenIn() throws Exception {
    send(firing(0, 20));
    try (Admin admin = Admin.create(broker.client())) {
      for (int p = 0; p < PARTITIONS; p++) {
        admin
            .deleteRecords(
                Map.of(new TopicPartition("devices.alerts", p), RecordsToDelete.beforeOffset(1)))
            .all()
            .get();
      }
    }
    intake();
    untilIncidents(16);
    assertThat(
            intake
                .registry()
                .counter("leat_alerts_gap_records_total", "blueprint", "devices")
                .count())
        .isEqualTo(4);
  }

  @Test
  void aRecordThatFailsTimeAndAgainStopsNobodyForLong() throws Exception {
    String id =
        new Random(1)
            .ints(20_000, 0, 16)
            .mapToObj(Integer::toHexString)
            .collect(Collectors.joining());
    Alert alert = alert("offline", "d-1", 2).firing(intake.instant());
    String json = new String(AlertJson.encode(alert), UTF_8).replace(alert.id(), id);
    send(firing(0, 20));
    send(AlertJson.decodeAlert(json.getBytes(UTF_8)));
    send(firing(20, 40));
    intake();
    untilIncidents(40);

    assertThat(state.texts("select reason from alert_poison"))
        .containsExactly("PostgreSQL refuses its data, SQLSTATE 54000");
    assertThat(taken("fired")).isEqualTo(40);
  }

  @Test
  void whatTheLogLostOfItsEndIsNotWaitedFor() throws Exception {
    send(firing(0, 20));
    state.update(
        "insert into alert_offset select 'devices', p, 1, 1000 from generate_series(0, 3) p");
    intake();
    until(
        () ->
            state
                .texts("select count(*) from alert_offset where next_offset < 1000")
                .equals(List.of("4")));
    send(firing(20, 40));
    untilIncidents(20);
  }

  @Test
  void whoCannotTakeAlertsInSaysSoAfterAMinuteAndNoMoreWhenItCan() throws Exception {
    AlertIntake own = intake();
    send(firing(0, 20));
    untilIncidents(20);
    state.update("alter table alert_offset rename to alert_offset_away");
    try {
      send(firing(20, 40));
      until(() -> own.waiting() > 0);
      assertThat(own.problem()).isEmpty();
      intake.pass(Duration.ofSeconds(61));
      until(() -> own.problem().isPresent());
      assertThat(own.problem().orElseThrow())
          .startsWith("no alerts of devices were taken in since 2026-03-01T10:00:00Z, and ")
          .contains(" wait: ");
    } finally {
      state.update("alter table alert_offset_away rename to alert_offset");
    }
    untilIncidents(40);
    until(() -> own.problem().isEmpty() && own.waiting() == 0);
  }

  @Test
  void whatCountsWhatIsLostOrPutAsideIsThereBeforeAnythingIs() {
    intake();

    assertThat(intake.registry().get("leat_alerts_gap_records_total").counter().count()).isZero();
    assertThat(intake.registry().get("leat_alerts_poison_total").counter().count()).isZero();
  }

  @Test
  void aTopicThatWasMadeAnewIsReadFromItsBeginning() throws Exception {
    state.update("insert into alert_offset select 'devices', p, 1, 5 from generate_series(0, 3) p");
    send(firing(0, 20));
    epoch = 2;
    intake();
    untilIncidents(20);
  }
}
