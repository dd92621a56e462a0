package io.leat.action.intake;

import static io.leat.action.TestingAlerts.alert;
import static io.leat.action.TestingIntake.PARTITION;
import static io.leat.action.TestingIntake.record;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.incident.Incident;
import io.leat.event.LeatException;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IntakeTransactionTest {
  private static TestingState state;

  private TestingIntake intake;

  @BeforeAll
  static void start() {
    state = new TestingState();
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @BeforeEach
  void begin() {
    state.clear();
    intake = new TestingIntake(state.database());
  }

  private List<AlertRecord> records(long offset, int count) {
    List<AlertRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(
          record(offset + i, alert("offline", "d-" + (offset + i), 1).firing(intake.instant())));
    }
    return records;
  }

  @Test
  void aRecordCountsOnceWhoeverTakesItIn() {
    IntakeTransaction one = intake.transaction();
    IntakeTransaction other = new TestingIntake(state.database()).transaction();
    assertThat(one.nextOffset(PARTITION)).isZero();
    assertThat(other.nextOffset(PARTITION)).isZero();

    assertThat(one.take(PARTITION, 0, records(0, 3))).isEqualTo(3);
    assertThatThrownBy(() -> other.take(PARTITION, 0, records(0, 3)))
        .isInstanceOf(OffsetLostException.class)
        .hasMessage(
            "Partition 0 of devices.alerts is no longer at 0: another process takes its alerts in");

    assertThat(intake.all()).hasSize(3);
    assertThat(other.nextOffset(PARTITION)).isEqualTo(3);
    assertThat(other.take(PARTITION, 3, records(3, 2))).isEqualTo(5);
    assertThat(intake.all()).hasSize(5);
  }

  @Test
  void aTopicThatWasMadeAnewIsReadFromItsBeginningAndItsOldLifeNoMore() {
    intake.transaction().nextOffset(PARTITION);
    intake.transaction().take(PARTITION, 0, records(0, 3));
    IntakePartition anew = new IntakePartition("devices", 0, 2);

    assertThat(intake.transaction().nextOffset(anew)).isZero();
    assertThatThrownBy(() -> intake.transaction().take(PARTITION, 3, records(3, 1)))
        .isInstanceOf(OffsetLostException.class);
    assertThatThrownBy(() -> intake.transaction().nextOffset(PARTITION))
        .isInstanceOf(OffsetLostException.class);
  }

  @Test
  void whatCannotBeUnderstoodIsPutAsideAndTheRestTakenIn() {
    Alert alert = alert("offline", "d-1", 1).firing(intake.instant());
    byte[] bytes = AlertJson.encode(alert);
    intake.transaction().nextOffset(PARTITION);
    long next =
        intake
            .transaction()
            .take(
                PARTITION,
                0,
                List.of(
                    new AlertRecord(0, AlertJson.FIRING, "{no json".getBytes(UTF_8)),
                    new AlertRecord(1, null, bytes),
                    new AlertRecord(2, AlertJson.RESOLVED, bytes),
                    new AlertRecord(3, AlertJson.FIRING, null),
                    new AlertRecord(
                        4,
                        AlertJson.FIRING,
                        new String(bytes, UTF_8)
                            .replace("\"devices\"", "\"others\"")
                            .getBytes(UTF_8)),
                    new AlertRecord(5, AlertJson.FIRING, bytes)));

    assertThat(next).isEqualTo(6);
    assertThat(intake.only().summary()).isEqualTo("d-1 is offline");
    assertThat(
            state.texts(
                "select log_offset || ' ' || length || ' ' || reason from alert_poison order by"
                    + " log_offset"))
        .hasSize(5)
        .anyMatch(reason -> reason.startsWith("0 8 it is not JSON: "))
        .contains("1 " + bytes.length + " its ce_type is null")
        .contains(
            "2 " + bytes.length + " its ce_type is io.leat.alert.resolved.v1, its state FIRING")
        .contains("3 0 it has no value")
        .contains("4 " + (bytes.length - 1) + " 'blueprint' is others, not devices");
    assertThat(
            intake.registry().counter("leat_alerts_poison_total", "blueprint", "devices").count())
        .isEqualTo(5);
  }

  @Test
  void aKeyThatPostgresCannotKeepIsAnAlertAllTheSame() {
    intake.fires(alert("offline", "d-\0", 1));
    assertThat(intake.only().groupKey()).isEqualTo("detector=offline, key=d-\uFFFD");
  }

  @Test
  void whatPostgresRefusesIsPutAsideByItself() {
    intake.transaction().nextOffset(PARTITION);
    List<AlertRecord> records = records(0, 3);
    String far =
        new String(records.get(1).value(), UTF_8)
            .replaceAll(
                "\"started_at\":\"[^\"]*\"", "\"started_at\":\"+999999999-01-01T00:00:00Z\"");
    records.set(1, new AlertRecord(1, AlertJson.FIRING, far.getBytes(UTF_8)));

    assertThat(intake.transaction().take(PARTITION, 0, records)).isEqualTo(3);
    assertThat(intake.all()).hasSize(2);
    assertThat(state.texts("select reason from alert_poison"))
        .containsExactly("PostgreSQL refuses its data, SQLSTATE 22008");
  }

  /** As a sender may write it that is not Leat. */
  @Test
  void halfACharacterInAKeyIsTheSameGroupWheneverItIsSaid() {
    intake.transaction().nextOffset(PARTITION);
    for (int i = 0; i < 2; i++) {
      byte[] bytes = AlertJson.encode(alert("offline", "d-1", i).firing(intake.instant()));
      String halved = new String(bytes, UTF_8).replace("d-1", "d-\\ud83d");
      intake
          .transaction()
          .take(
              PARTITION, i, List.of(new AlertRecord(i, AlertJson.FIRING, halved.getBytes(UTF_8))));
    }

    assertThat(intake.only().groupKey()).isEqualTo("detector=offline, key=d-?");
    assertThat(intake.only().firingAlerts()).isEqualTo(2);
  }

  @Test
  void aRecordThatPostgresHasNoPlaceForIsPutAsideWhenItFailedOftenEnough() {
    String id =
        new Random(1)
            .ints(20_000, 0, 16)
            .mapToObj(Integer::toHexString)
            .collect(Collectors.joining());
    putAside(
        "\"id\":\"[^\"]*\"",
        "\"id\":\"" + id + "\"",
        "PostgreSQL refuses its data, SQLSTATE 54000");
  }

  @Test
  void aRecordThatLeatFailsAtIsPutAsideWhenItFailedOftenEnough() {
    putAside(
        "\"started_at\":\"[^\"]*\"",
        "\"started_at\":\"-1000000000-01-01T00:00:00Z\"",
        "It cannot be taken in: java.time.DateTimeException: Invalid value for EpochDay");
  }

  /** Of three records the second is made another one, and becomes the only one put aside. */
  private void putAside(String part, String other, String reason) {
    List<AlertRecord> records = records(0, 3);
    String bad = new String(records.get(1).value(), UTF_8).replaceAll(part, other);
    records.set(1, new AlertRecord(1, AlertJson.FIRING, bad.getBytes(UTF_8)));
    long next = intake.transaction().nextOffset(PARTITION);
    for (int i = 1; i < IntakeTransaction.MOST_ATTEMPTS; i++) {
      long from = next;
      List<AlertRecord> left = records.subList((int) from, 3);
      assertThatThrownBy(() -> intake.transaction().take(PARTITION, from, left))
          .isInstanceOf(LeatException.class)
          .hasMessageStartingWith(
              "The record at 1 of partition 0 of devices.alerts fails: " + reason);
      next = intake.transaction().nextOffset(PARTITION);
      assertThat(next).isEqualTo(1);
    }
    assertThat(poison()).isEmpty();

    assertThat(intake.transaction().take(PARTITION, next, records.subList(1, 3))).isEqualTo(3);
    assertThat(intake.all()).hasSize(2);
    assertThat(poison()).singleElement().asString().startsWith("1 " + reason);
  }

  private static List<String> poison() {
    return state.texts("select log_offset || ' ' || reason from alert_poison");
  }

  @Test
  void nothingIsPutAsideForWhatFailsWhateverTheRecord() {
    state.update(
        "insert into silence (blueprint, matchers, author, reason, starts_at, ends_at, created_at,"
            + " phase) values ('devices', '[{\"field\": \"nose\"}]', 'ann', 'none', ?, ?, ?,"
            + " 'active')",
        intake.instant(),
        intake.instant().plusSeconds(60),
        intake.instant());
    failsUntilMended();
    state.update("delete from silence");
    assertThat(intake.transaction().take(PARTITION, 0, records(0, 3))).isEqualTo(3);
  }

  @Test
  void nothingIsPutAsideWhileATableIsAway() {
    state.update("alter table incident_event rename to away");
    try {
      failsUntilMended();
    } finally {
      state.update("alter table away rename to incident_event");
    }
    assertThat(intake.transaction().take(PARTITION, 0, records(0, 3))).isEqualTo(3);
  }

  private void failsUntilMended() {
    intake.transaction().nextOffset(PARTITION);
    for (int i = 0; i < 2 * IntakeTransaction.MOST_ATTEMPTS; i++) {
      assertThatThrownBy(() -> intake.transaction().take(PARTITION, 0, records(0, 3)))
          .isInstanceOf(LeatException.class);
    }
    assertThat(intake.transaction().nextOffset(PARTITION)).isZero();
    assertThat(poison()).isEmpty();
  }

  @Test
  void countsStayWhatTheAlertsSayWhateverHappensInWhichOrder() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    intake.groupBy("offline", "detector", "labels.site");
    for (int batch = 0; batch < 60; batch++) {
      List<Alert> alerts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        var one =
            alert("offline", "d-" + random.nextInt(30), random.nextInt(3))
                .label("site", "s-" + random.nextInt(3))
                .severity(List.of(Severity.values()).get(random.nextInt(5)))
                .generation(random.nextInt(3));
        alerts.add(
            random.nextBoolean() ? one.firing(intake.instant()) : one.resolved(intake.instant()));
      }
      intake.say(alerts);
      intake.passSeconds(random.nextInt(1_200));
    }

    assertThat(intake.all()).isNotEmpty();
    for (Incident incident : intake.all()) {
      assertThat(
              state.texts(
                  "select count(*) from alert where state = 'firing' and incident = ?",
                  incident.id()))
          .as("seed " + seed)
          .containsExactly(String.valueOf(incident.firingAlerts()));
    }
    assertThat(
            state.texts(
                "select group_key from incident where state in ('open', 'acknowledged') group by"
                    + " group_key having count(*) > 1"))
        .isEmpty();
  }

  @Test
  void partitionsAreTakenInAtOnceWithoutWaitingForEachOtherForEver() throws Exception {
    intake.groupBy("offline", "labels.site");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Long>> work = new ArrayList<>();
      for (int p = 0; p < 4; p++) {
        IntakePartition partition = new IntakePartition("devices", p, 1);
        IntakeTransaction own = new TestingIntake(state.database()).transaction();
        work.add(
            () -> {
              long next = own.nextOffset(partition);
              for (int batch = 0; batch < 20; batch++) {
                List<AlertRecord> records = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                  records.add(
                      record(
                          next + i,
                          alert("offline", partition.partition() + "-" + (next + i), 1)
                              .firing(intake.instant())));
                }
                next = own.take(partition, next, records);
              }
              return next;
            });
      }
      for (Future<Long> done : threads.invokeAll(work)) {
        assertThat(done.get()).isEqualTo(400);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(state.texts("select count(*) from alert")).containsExactly("1600");
    assertThat(state.texts("select sum(firing[2]) from incident")).containsExactly("1600");
  }
}
