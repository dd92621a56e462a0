package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.ErrorCode;
import io.leat.gateway.format.Refusal;
import io.leat.state.Replay;
import io.leat.state.ReplayState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordCheckTest {
  private static final Instant FROM = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant TO = FROM.plusSeconds(60);

  private static final Replay REPLAY =
      new Replay(
          3,
          "devices",
          "telemetry",
          FROM,
          TO,
          "telemetry__replay_3",
          false,
          ReplayState.BUILT,
          null,
          null,
          null,
          null,
          "operator",
          TO,
          TO);

  private static @Nullable Refusal replayed(String stream, Instant received) {
    return RecordCheck.replayed(
        new KeptRecord(
            KeptId.parse("q:" + stream + ":1/0/5"),
            stream,
            "quality-rule-failed",
            "too hot",
            "quality",
            "e-1",
            "kiosk-1",
            "client-1",
            TO,
            received,
            1,
            "",
            -1,
            -1,
            null),
        List.of(REPLAY));
  }

  @Test
  void whatWasReceivedInThePeriodOfAReplayIsNotRedriven() {
    assertThat(replayed("devices.telemetry", FROM))
        .isEqualTo(
            Refusal.of(
                ErrorCode.CONFLICT,
                "it was received in the period of the replay 3, which is built and may let it in:"
                    + " switch to that or drop it first"));
    assertThat(replayed("devices.telemetry", TO.minusNanos(1_000))).isNotNull();
    assertThat(replayed("devices.telemetry", TO)).isNull();
    assertThat(replayed("devices.telemetry", FROM.minusNanos(1_000))).isNull();
    assertThat(replayed("devices.heartbeat", FROM)).isNull();
  }
}
