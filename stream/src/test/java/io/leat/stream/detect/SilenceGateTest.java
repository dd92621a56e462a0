package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import io.leat.event.Timestamps;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.detect.KeyedDetector;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SilenceGateTest {
  private static final Instant BEGIN = Instant.parse("2026-11-21T10:00:00Z");

  /** The tasks before the gate were opened behind it, by a clock that runs ahead. */
  private static final long AHEAD = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

  private static final AlertOrigin ORIGIN = new AlertOrigin("devices", "b1", new TreeMap<>());
  private static final DetectPlan.Versioned OFFLINE =
      new DetectPlan.Versioned(
          new DetectorSpec(
              "offline",
              null,
              new DetectorKind.Silence(
                  List.of("telemetry"), Duration.ofSeconds(60), Duration.ofSeconds(30)),
              Severity.MAJOR,
              "{key} is offline",
              Map.of(),
              null,
              List.of("key"),
              Duration.ofSeconds(30),
              DetectorSpec.Late.COUNT),
          "d1");

  private long now;

  private static Sign says(Alert.State state, String key, int second, long generation) {
    Alert alert =
        new Speaker(ORIGIN, OFFLINE, () -> generation, InstantSource.system())
            .alert(
                "id-" + key,
                state,
                key,
                Timestamps.toMicros(BEGIN),
                Timestamps.toMicros(BEGIN.plusSeconds(second)),
                Map.of(),
                List.of(new LogPosition(1, "devices.telemetry", 0, 7)));
    return Sign.of(alert, BEGIN.plusSeconds(second).toEpochMilli());
  }

  private static Sign knows(String key) {
    return Sign.of("offline", key, KeyedDetector.Presence.KNOWN, BEGIN.toEpochMilli());
  }

  @SuppressWarnings("try") // Nobody interrupts a test.
  private OperatorSubtaskState run(
      @Nullable OperatorSubtaskState restored, List<Alert> into, List<Sign> signs)
      throws Exception {
    try (TwoInputStreamOperatorTestHarness<Sign, Long, Said> harness =
        new TwoInputStreamOperatorTestHarness<>(new SilenceGate(ORIGIN, List.of(OFFLINE), 1, 1))) {
      harness.setup();
      if (restored != null) {
        harness.initializeState(restored);
      }
      harness.open();
      for (Sign sign : signs) {
        harness.processElement1(sign, sign.at);
        now = Math.max(now, sign.at);
      }
      harness.processWatermark1(new Watermark(now));
      for (Said said : harness.extractOutputValues()) {
        if (!said.type.equals(AlertJson.FIRING_SET)) {
          into.add(AlertJson.decodeAlert(said.value));
        }
      }
      return harness.snapshot(1, 1);
    }
  }

  /** Else the task's firing set, taken in behind the end, would have it fire for ever. */
  @Test
  void anEndIsNotOlderThanTheTaskThatHadItFiring() throws Exception {
    List<Alert> said = new ArrayList<>();

    run(
        null,
        said,
        List.of(
            knows("a"),
            knows("b"),
            knows("c"),
            says(Alert.State.FIRING, "a", 61, AHEAD),
            says(Alert.State.RESOLVED, "a", 70, AHEAD)));

    assertThat(said).extracting(Alert::state).last().isEqualTo(Alert.State.RESOLVED);
    assertThat(said).extracting(Alert::generation).last().isEqualTo(AHEAD);
  }

  @Test
  void whatItSaysBehindARestoreIsNewerThanAllItSaid() throws Exception {
    List<Alert> before = new ArrayList<>();
    OperatorSubtaskState state =
        run(
            null,
            before,
            List.of(knows("a"), knows("b"), knows("c"), says(Alert.State.FIRING, "a", 61, AHEAD)));
    List<Alert> after = new ArrayList<>();

    run(state, after, List.of(says(Alert.State.FIRING, "b", 200, AHEAD)));

    assertThat(before).extracting(Alert::generation).containsOnly(AHEAD);
    assertThat(after).extracting(Alert::generation).containsOnly(AHEAD + 1);
  }
}
