package io.leat.blueprint;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.rules.Condition;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.rules.incident.RouteSpec;
import io.leat.rules.incident.TargetSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of {@code src/test/resources/everything}, which has every key. */
class DetectionTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Blueprint blueprint =
      new BlueprintLoader(Map.of("SNOW", "https://example.service-now.com")::get)
          .load(Path.of("src/test/resources/everything"));

  @Test
  void everythingIsInTheOrderOfTheFile() {
    assertThat(blueprint.detectors().keySet())
        .containsExactly(
            "offline",
            "overheating",
            "hot",
            "retry_storm",
            "busy",
            "new_firmware",
            "door",
            "serial_reset",
            "half",
            "not_recovered",
            "twice",
            "odd_temperature",
            "gaps");
    assertThat(blueprint.tables().keySet()).containsExactly("device", "short");
    assertThat(blueprint.routes().keySet()).containsExactly("page", "field", "default");
    assertThat(blueprint.targets().keySet())
        .containsExactly("log", "snow", "chat", "on_call", "hook", "mail", "bus");
  }

  @Test
  void aDetectorIsRead() {
    assertThat(detector("offline"))
        .isEqualTo(
            new DetectorSpec(
                "offline",
                "A machine that sends nothing.",
                new DetectorKind.Silence(
                    List.of("telemetry", "fault"), Duration.ofSeconds(90), Duration.ofMinutes(2)),
                Severity.MAJOR,
                "{key} of {labels.team} is silent since {values.last_seen}",
                Map.of("team", "field"),
                "https://wiki.example.org/offline",
                List.of("detector", "labels.team", "values.last_seen"),
                Duration.ofSeconds(10),
                DetectorSpec.Late.CORRECT));
  }

  @Test
  void whatADetectorDoesNotSayHasADefault() {
    DetectorSpec hot = detector("hot");
    DetectorKind.Threshold threshold = (DetectorKind.Threshold) hot.kind();

    assertThat(hot.description()).isNull();
    assertThat(hot.summary()).isEqualTo("{key}: {detector}");
    assertThat(hot.labels()).isEmpty();
    assertThat(hot.runbook()).isNull();
    assertThat(hot.groupBy()).containsExactly("detector", "key");
    assertThat(hot.lateness()).isEqualTo(Duration.ofSeconds(30));
    assertThat(hot.late()).isEqualTo(DetectorSpec.Late.COUNT);
    assertThat(threshold.count()).isEqualTo(1);
    assertThat(threshold.within()).isEqualTo(Duration.ZERO);
    assertThat(threshold.until()).isNull();
    assertThat(threshold.untilCount()).isEqualTo(1);
    assertThat(detector("retry_storm").summary())
        .isEqualTo("{detector}: {values.count} events of {stream}");
  }

  @Test
  void everyKindIsRead() {
    DetectorKind.Threshold overheating = (DetectorKind.Threshold) detector("overheating").kind();
    assertThat(overheating.stream()).isEqualTo("telemetry");
    assertThat(overheating.when()).hasToString("temperature_c > 85");
    assertThat(overheating.count()).isEqualTo(3);
    assertThat(overheating.within()).isEqualTo(MINUTE);
    assertThat(overheating.until()).hasToString("temperature_c < 75");
    assertThat(overheating.untilCount()).isEqualTo(2);

    DetectorKind.Rate storm = (DetectorKind.Rate) detector("retry_storm").kind();
    assertThat(storm.when()).hasToString("code == 'E42'");
    assertThat(storm.isPerKey()).isFalse();
    assertThat(storm.moreThan()).isEqualTo(100);
    assertThat(storm.lessThan()).isEqualTo(1);
    assertThat(storm.within()).isEqualTo(Duration.ofMinutes(5));
    assertThat(detector("busy").kind())
        .isEqualTo(new DetectorKind.Rate("fault", null, true, 0L, null, Duration.ofHours(1)));

    DetectorKind.Sequence sequence = (DetectorKind.Sequence) detector("not_recovered").kind();
    assertThat(sequence.first()).hasToString("state == 'raised'");
    assertThat(sequence.then()).isNull();
    assertThat(sequence.without()).hasToString("state == 'cleared'");
    assertThat(sequence.clear()).hasToString("state == 'cleared'");
    assertThat(((DetectorKind.Sequence) detector("twice").kind()).clearAfter())
        .isEqualTo(Duration.ofHours(2));

    assertThat(detector("odd_temperature").kind())
        .isEqualTo(
            new DetectorKind.Anomaly(
                "telemetry", "temperature_c", Duration.ofDays(1), 4.5, 5, Duration.ofDays(3)));
    assertThat(detector("gaps").kind())
        .isEqualTo(new DetectorKind.MissingData("telemetry", MINUTE, Duration.ofHours(1), 0.995));
  }

  @Test
  void aChangesValuesAreWrittenAsTheColumnsAre() {
    assertThat(detector("new_firmware").kind())
        .isEqualTo(new DetectorKind.Change("fault", "firmware", null, null, Duration.ofHours(1)));
    assertThat(detector("door").kind())
        .isEqualTo(
            new DetectorKind.Change("telemetry", "door_open", "false", "true", Duration.ZERO));
    assertThat(detector("serial_reset").kind())
        .isEqualTo(new DetectorKind.Change("telemetry", "serial", null, "7", Duration.ZERO));
    assertThat(detector("half").kind())
        .isEqualTo(
            new DetectorKind.Change("telemetry", "temperature_c", null, "10.0", Duration.ZERO));
  }

  @Test
  void aTableIsRead() {
    assertThat(blueprint.tables().get("device"))
        .isEqualTo(
            new HotTableSpec(
                "device",
                "device_id",
                Map.of("telemetry", List.of("temperature_c", "ts"), "fault", List.of()),
                "offline",
                Duration.ofDays(30)));
    assertThat(blueprint.tables().get("short"))
        .as("the only silence detector tells who is offline")
        .isEqualTo(
            new HotTableSpec(
                "short",
                "device_id",
                Map.of("fault", List.of("code")),
                "offline",
                Duration.ofDays(90)));
  }

  @Test
  void thePolicyIsRead() {
    assertThat(blueprint.incidents())
        .isEqualTo(
            new IncidentPolicy(
                Duration.ofMinutes(10),
                Duration.ofHours(12),
                Duration.ofDays(200),
                4,
                Duration.ofMinutes(5),
                List.of(
                    new IncidentPolicy.Escalation(Duration.ofMinutes(15), Set.of("on_call")),
                    new IncidentPolicy.Escalation(
                        Duration.ofHours(1), Set.of("on_call", "mail")))));
  }

  @Test
  void routesAreRead() {
    assertThat(blueprint.routes().get("page"))
        .isEqualTo(
            new RouteSpec(
                "page",
                "{\"detail\":{\"severity\":[\"critical\",\"major\"],\"key\":[{\"$and\":"
                    + "[{\"prefix\":\"kiosk-\"},{\"anything-but\":{\"suffix\":\"-test\"}}]}]}}",
                List.of("snow", "chat")));
    assertThat(blueprint.routes().get("default"))
        .isEqualTo(new RouteSpec("default", null, List.of("log", "bus")));
  }

  @Test
  void targetsAreRead() {
    assertThat(blueprint.targets().get("snow"))
        .isEqualTo(
            new TargetSpec(
                "snow",
                "servicenow",
                Map.of(
                    "url",
                    "https://example.service-now.com",
                    "auth",
                    "${secret:snow}",
                    "api",
                    "incident",
                    "table",
                    "incident",
                    "assignment-group",
                    "287ebd7da9fe198100f92cc8d1d2154e",
                    "caller",
                    "681ccaf9c0a8016400b98a06818d57c7",
                    "category",
                    "hardware",
                    "close-code",
                    "Solved",
                    "poll",
                    "2m",
                    "allow-private",
                    "false"),
                new TargetSpec.Limits(
                    100,
                    MINUTE,
                    4,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    MINUTE,
                    Duration.ofHours(2))));
    assertThat(blueprint.targets().get("log"))
        .isEqualTo(
            new TargetSpec(
                "log",
                "log",
                Map.of(),
                new TargetSpec.Limits(
                    5,
                    Duration.ofSeconds(1),
                    2,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(5),
                    Duration.ofHours(24))));
    assertThat(options("mail"))
        .isEqualTo(
            Map.of(
                "host",
                "smtp.example.org",
                "port",
                "465",
                "from",
                "leat@example.org",
                "to",
                "a@example.org,b@example.org",
                "tls",
                "implicit",
                "user",
                "leat",
                "password",
                "${secret:mail}",
                "allow-private",
                "false"));
    assertThat(options("chat")).containsEntry("url", "${secret:slack.url}");
    assertThat(options("on_call"))
        .containsEntry("routing-key", "${secret:pagerduty}")
        .containsEntry("url", "https://events.pagerduty.com/v2/enqueue");
    assertThat(options("hook"))
        .containsEntry("allow-private", "true")
        .containsEntry("changes", "every");
    assertThat(options("bus")).isEqualTo(Map.of("topic", "tickets"));
  }

  @Test
  void aBlueprintWithoutDetectorsHasTheDefaultPolicyAndNothingElse(@TempDir Path folder)
      throws IOException {
    Files.writeString(
        folder.resolve("blueprint.yaml"),
        "blueprint: a\nowner: b\nstreams: {s: {schema: s.json, key: k}}");
    Files.writeString(
        folder.resolve("s.json"),
        "{\"type\":\"object\",\"required\":[\"k\"],\"properties\":{\"k\":{\"type\":\"string\"}}}");

    Blueprint plain = new BlueprintLoader().load(folder);

    assertThat(plain.detectors()).isEmpty();
    assertThat(plain.tables()).isEmpty();
    assertThat(plain.routes()).isEmpty();
    assertThat(plain.targets()).isEmpty();
    assertThat(plain.incidents())
        .isEqualTo(
            new IncidentPolicy(
                Duration.ofMinutes(30),
                Duration.ofHours(24),
                Duration.ofDays(400),
                5,
                Duration.ofMinutes(10),
                List.of()));
  }

  @Test
  void conditionsAreJudgedOnTheStreamsColumns() {
    DetectorKind.Threshold threshold = (DetectorKind.Threshold) detector("hot").kind();
    List<String> columns =
        Objects.requireNonNull(blueprint.streams().get("telemetry")).schema().columns().stream()
            .map(io.leat.schema.Column::name)
            .toList();

    assertThat(
            threshold
                .when()
                .evaluate(i -> columns.get(i).equals("temperature_c") ? (Object) 61.0 : null))
        .isEqualTo(Condition.Outcome.TRUE);
  }

  private DetectorSpec detector(String name) {
    return Objects.requireNonNull(blueprint.detectors().get(name));
  }

  private Map<String, String> options(String target) {
    return Objects.requireNonNull(blueprint.targets().get(target)).options();
  }
}
