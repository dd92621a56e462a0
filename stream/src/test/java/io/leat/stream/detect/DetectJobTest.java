package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.Marker;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.FiringSet;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.schema.Column;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import io.leat.stream.LogRecord;
import io.leat.stream.StreamPlan;
import io.leat.stream.TestingRows;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole topology, over lists. */
class DetectJobTest {
  private static final Instant BEGIN = Instant.parse("2026-11-21T10:00:00Z");
  private static final String SCHEMA =
      """
      {"type": "object", "required": ["device_id"], "properties": {
        "device_id": {"type": "string"},
        "ts": {"type": "string", "format": "date-time"},
        "temperature_c": {"type": "number"}}}
      """;

  private final Path directory;
  private final List<LogRecord> records = new ArrayList<>();
  private final List<Marker> markers = new ArrayList<>();
  private final long[] next = new long[4];

  DetectJobTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aThresholdFiresOnceAndIsOverWithItsEvents() throws Exception {
    for (int i = 0; i < 5; i++) {
      event("hot", "h" + i, i, 90 + i);
      event("hot", "h" + i, i, 90 + i); // sent again
      event("warm", "w" + i, i, i < 2 ? 90 : 80);
    }
    event("hot", "h5", 6, 70);
    mark(0);

    List<Alert> alerts = run(1, overheating()).alerts();

    assertThat(alerts).hasSize(2);
    Alert firing = alerts.get(0);
    assertThat(firing.state()).isEqualTo(Alert.State.FIRING);
    assertThat(firing.key()).isEqualTo("hot");
    assertThat(firing.summary()).isEqualTo("hot is at 92.0");
    assertThat(firing.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(firing.startedAt()).isEqualTo(BEGIN.plusSeconds(2));
    assertThat(firing.evidence()).hasSize(3).allMatch(p -> p.topic().equals("devices.telemetry"));
    Alert over = alerts.get(1);
    assertThat(over.state()).isEqualTo(Alert.State.RESOLVED);
    assertThat(over.id()).isEqualTo(firing.id());
    assertThat(over.at()).isEqualTo(BEGIN.plusSeconds(6));
  }

  @Test
  void theSameLogMakesTheSameAlertsWhateverTheParallelism() throws Exception {
    for (int device = 0; device < 40; device++) {
      for (int i = 0; i < 4; i++) {
        event("d" + device, device + "-" + i, i, device % 3 == 0 ? 99 : 20);
      }
    }
    mark(0);

    List<Alert> one = run(1, overheating()).alerts();
    List<Alert> three = run(3, overheating()).alerts();

    assertThat(one).hasSize(14);
    assertThat(ids(three)).isEqualTo(ids(one));
  }

  @Test
  void whoSendsNoMoreWhileGatewaysAcceptIsSilent() throws Exception {
    event("d0", "a0", 0, 20);
    for (int second = 0; second <= 75; second++) {
      mark(second);
    }

    Said said = run(2, offline());

    assertThat(said.alerts()).extracting(Alert::summary).containsExactly("d0 is offline");
    assertThat(said.alerts().get(0).evidence()).hasSize(1);
  }

  @Test
  void aStreamThatIsSilentAsAWholeIsOneAlert() throws Exception {
    for (int device = 0; device < 30; device++) {
      event("d" + device, "a" + device, 0, 20);
    }
    for (int second = 0; second <= 150; second++) {
      mark(second);
    }

    Said said = run(2, offline());

    assertThat(said.alerts()).extracting(Alert::key).containsExactly("");
    assertThat(said.alerts().get(0).values()).containsEntry("known", 30L);
  }

  @Test
  void nobodyIsSilentWhileGatewaysWereAway() throws Exception {
    for (int device = 0; device < 30; device++) {
      event("d" + device, "a" + device, 0, 20);
    }
    mark(0);
    mark(1);
    for (int second = 3_600; second < 3_650; second++) {
      mark(second);
    }

    assertThat(run(1, offline()).alerts()).isEmpty();
  }

  @Test
  void aClockThatRanAheadForAWhileHidesNobodyAndTakesNobodyOffline() throws Exception {
    for (int second = 0; second <= 20; second++) {
      beat(second, "here", "gone");
    }
    for (int second = 3_621; second <= 3_640; second++) {
      beat(second, "here", "gone");
    }
    for (int second = 41; second <= 200; second++) {
      beat(second, "here");
    }

    List<Alert> alerts = run(2, offline()).alerts();

    assertThat(alerts).extracting(Alert::summary).containsExactly("gone is offline");
  }

  /** A marker, and each tenth second an event of each device before it. */
  private void beat(int second, String... devices) {
    if (second % 10 == 0) {
      for (String device : devices) {
        event(device, device + "-" + second, second, 20);
      }
    }
    mark(second);
  }

  @Test
  void whatFiresIsToldOnceTheLogIsReadAgain() throws Exception {
    for (int i = 0; i < 3; i++) {
      event("hot", "h" + i, i, 99);
    }
    Instant later = Instant.now().plusSeconds(600);
    for (int i = 0; i < 5; i++) {
      markers.add(marker(later.toEpochMilli() + i * 1_000L));
    }

    Said said = run(2, overheating());

    assertThat(said.sets()).extracting(FiringSet::task).containsExactlyInAnyOrder(0, 1);
    assertThat(said.sets()).extracting(FiringSet::tasks).containsOnly(2);
    assertThat(said.sets().stream().flatMap(set -> set.alerts().stream()))
        .containsExactly(said.alerts().get(0).id());
  }

  @Test
  void aReplayOfTheHistorySaysTheSame() throws Exception {
    for (int second = 0; second <= 300; second += 10) {
      for (int device = 0; device < 30; device++) {
        boolean isHot = device % 7 == 3 && second % 100 > 50;
        if (device % 11 != 5 || second < 100) {
          event("d" + device, device + "-" + second, second, isHot ? 90 + device : 20);
        }
      }
    }
    for (int second = 0; second <= 300; second++) {
      mark(second);
    }

    for (DetectPlan.Versioned detector : List.of(overheating(), offline())) {
      List<Alert> replayed = new ArrayList<>();
      StreamPlan plan = plan();
      DetectReplay replay =
          new DetectReplay(
              "devices", detector.spec(), List.of(plan), Duration.ofMinutes(1), replayed::add);
      records.forEach(log -> replay.event("telemetry", TestingRows.row(plan, log)));
      replay.end(BEGIN.plusSeconds(300).toEpochMilli());

      assertThat(replayed).hasSizeGreaterThan(1);
      assertThat(said(replayed))
          .containsExactlyInAnyOrderElementsOf(said(run(2, detector).alerts()));
    }
  }

  /** What does not depend on when it was said. */
  private static List<String> said(List<Alert> alerts) {
    return alerts.stream()
        .map(a -> a.id() + " " + a.state() + " " + a.summary() + " " + a.evidence())
        .toList();
  }

  private static List<String> ids(List<Alert> alerts) {
    return alerts.stream().map(Alert::id).sorted().toList();
  }

  private DetectPlan.Versioned overheating() throws Exception {
    return detector(
        "overheating",
        new DetectorKind.Threshold(
            "telemetry",
            condition("temperature_c > 85.0"),
            3,
            Duration.ofMinutes(1),
            condition("temperature_c < 75.0"),
            1),
        "{key} is at {values.temperature_c}");
  }

  private static DetectPlan.Versioned offline() {
    return detector(
        "offline",
        new DetectorKind.Silence(
            List.of("telemetry"), Duration.ofSeconds(60), Duration.ofSeconds(30)),
        "{key} is offline");
  }

  private static DetectPlan.Versioned detector(String name, DetectorKind kind, String summary) {
    return new DetectPlan.Versioned(
        new DetectorSpec(
            name,
            null,
            kind,
            Severity.CRITICAL,
            summary,
            Map.of(),
            null,
            List.of("detector", "key"),
            Duration.ofSeconds(30),
            DetectorSpec.Late.COUNT),
        "v1");
  }

  private static Condition condition(String text)
      throws InvalidConditionException, InvalidSchemaException {
    return Condition.compile(text, columns());
  }

  private static List<Column> columns() throws InvalidSchemaException {
    return StreamSchema.parse(SCHEMA).columns();
  }

  private void event(String device, String id, int second, double temperature) {
    LogRecord log = new LogRecord();
    log.partition = Math.floorMod(device.hashCode(), 4);
    log.offset = next[log.partition]++;
    log.receivedMicros = Timestamps.toMicros(BEGIN.plusSeconds(second));
    log.timestamp = log.receivedMicros / 1_000;
    log.key = device.getBytes(StandardCharsets.UTF_8);
    log.id = id.getBytes(StandardCharsets.UTF_8);
    log.client = "client".getBytes(StandardCharsets.UTF_8);
    log.source = "//test".getBytes(StandardCharsets.UTF_8);
    log.value =
        "{\"device_id\":\"%s\",\"ts\":\"%s\",\"temperature_c\":%s}"
            .formatted(device, BEGIN.plusSeconds(second), temperature)
            .getBytes(StandardCharsets.UTF_8);
    records.add(log);
  }

  private void mark(int second) {
    markers.add(marker(BEGIN.plusSeconds(second).toEpochMilli()));
  }

  private Marker marker(long at) {
    Map<Integer, Long> before = new HashMap<>();
    for (int partition = 0; partition < next.length; partition++) {
      before.put(partition, next[partition]);
    }
    return new Marker("gateway", at, Map.of("telemetry", before));
  }

  /** What was said. */
  private record Said(List<Alert> alerts, List<FiringSet> sets) {}

  private static StreamPlan plan() throws InvalidSchemaException {
    Schema processed = TypeUtil.assignIncreasingFreshIds(EventTables.processed(columns()));
    return new StreamPlan(
        "telemetry",
        "devices.telemetry",
        1,
        SCHEMA,
        processed,
        "ts",
        Duration.ofHours(24),
        Duration.ofDays(400),
        Duration.ofMinutes(10),
        List.of());
  }

  @SuppressWarnings("try") // Nobody interrupts a test.
  private Said run(int parallelism, DetectPlan.Versioned detector) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    try (StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration)) {
      List<CloseableIterator<io.leat.stream.detect.Said>> collected = new ArrayList<>();
      DetectJob.build(
          List.of(new DetectPlan("devices", "b1", plan(), List.of(detector))),
          new ListSources(environment, records, markers),
          said -> collected.add(said.collectAsync()),
          directory.resolve("seen-" + parallelism));
      environment.execute();
      List<Alert> alerts = new ArrayList<>();
      List<FiringSet> sets = new ArrayList<>();
      try (CloseableIterator<io.leat.stream.detect.Said> all = collected.get(0)) {
        while (all.hasNext()) {
          io.leat.stream.detect.Said one = all.next();
          if (one.type.equals(AlertJson.FIRING_SET)) {
            sets.add(AlertJson.decodeFiringSet(one.value));
          } else {
            alerts.add(AlertJson.decodeAlert(one.value));
          }
        }
      }
      return new Said(alerts, sets);
    }
  }

  private record ListSources(
      StreamExecutionEnvironment environment, List<LogRecord> records, List<Marker> marked)
      implements DetectJob.DetectSources {
    @Override
    public DataStream<LogRecord> events(DetectPlan plan) {
      return environment
          .fromData(TypeInformation.of(LogRecord.class), records.toArray(LogRecord[]::new))
          // As Kafka's partitions are read: each in its order, by one task.
          .partitionCustom((partition, tasks) -> partition % tasks, log -> log.partition)
          .filter(log -> true);
    }

    @Override
    public Map<Integer, Long> begin(DetectPlan plan) {
      return Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L);
    }

    @Override
    public DataStream<byte[]> markers() {
      return environment.fromData(
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          marked.stream().map(Marker::encode).toArray(byte[][]::new));
    }
  }
}
