package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import io.leat.rules.detect.KeyedDetector.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SilenceDetectorTest {
  private static final DetectorKind.Silence OFFLINE =
      new DetectorKind.Silence(
          List.of("heartbeat", "telemetry"), Duration.ofSeconds(90), Duration.ofSeconds(60));

  private final TestingKeys keys = new TestingKeys(detector(OFFLINE));

  @Test
  void itFiresWhenTheTimeIsOverAndIsOverWithTheNextEvent() {
    keys.event(0, "k", 20);
    keys.event(60, "k", 20);
    keys.clock(149.999);
    assertThat(keys.told).isEmpty();

    keys.clock(150);
    keys.clock(1000);
    assertThat(keys.lines()).containsExactly("FIRING k 150.0");
    assertThat(keys.told.get(0).started()).isEqualTo(60.0);
    assertThat(keys.told.get(0).values())
        .containsEntry("last_seen", "2026-09-21T14:14:20Z")
        .containsEntry("after", "PT1M30S");

    keys.event(1001, "k", 20);
    assertThat(keys.lines()).containsExactly("FIRING k 150.0", "RESOLVED k 1001.0");
    assertThat(keys.told.get(1).id()).isEqualTo(keys.told.get(0).id());
  }

  @Test
  void theEventsOwnTimesDoNotMatter() {
    keys.event(1e9, 0, "k", row(null, 20.0));
    keys.event(-1e9, 50, "k", row(null, 20.0));
    keys.clock(139);
    assertThat(keys.told).isEmpty();

    keys.clock(140);
    assertThat(keys.lines()).containsExactly("FIRING k 140.0");
  }

  @Test
  void aClockThatStoodStillWhileLeatWasAwayIsNoSilence() {
    keys.judge(TestingKeys.observation("k", 1, 0, 0, 0, row(null, 20.0)));
    keys.judge(TestingKeys.observation("k", 2, 7200, 7200, 5, row(null, 20.0)));
    keys.clock(94);
    assertThat(keys.told).isEmpty();

    keys.clock(95);
    assertThat(keys.told).hasSize(1);
  }

  @Test
  void aKeyThatIsGoneForGoodIsForgottenAndItsAlarmIsOver() {
    keys.event(0, "k", 20);
    keys.clock((double) KeyedDetector.FORGET_AFTER.toSeconds());
    assertThat(keys.told).hasSize(2);
    assertThat(keys.told.get(1).values()).isEqualTo(KeyedDetector.FORGOTTEN);
    assertThat(keys.states).isEmpty();
  }

  @Test
  void aKeyTakesNoMoreThanSixtyBytes() {
    LogPosition far = new LogPosition(300, "devices.heartbeat", 999, 1L << 50);
    Observation event =
        new Observation(
            "heartbeat",
            "k",
            far,
            0,
            TestingKeys.micros(0),
            TestingKeys.millis(0),
            row(null, null));
    keys.judge(event);
    assertThat(keys.states.get("k")).hasSizeLessThan(60);
  }

  /** Streams are read side by side, never twice in the same order. */
  @Test
  void theOrderInWhichStreamsAreReadDoesNotMatter() {
    for (int seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      List<Observation> heartbeats = new ArrayList<>();
      List<Observation> telemetry = new ArrayList<>();
      double received = 0;
      for (int i = 0; i < 20; i++) {
        received += random.nextInt(3);
        boolean isHeartbeat = random.nextBoolean();
        String topic = isHeartbeat ? "devices.heartbeat" : "devices.telemetry";
        LogPosition position = new LogPosition(1, topic, 3, i);
        (isHeartbeat ? heartbeats : telemetry)
            .add(
                new Observation(
                    topic,
                    "k",
                    position,
                    0,
                    TestingKeys.micros(received),
                    TestingKeys.millis(20),
                    row(null, null)));
      }
      List<byte[]> states = new ArrayList<>();
      for (int run = 0; run < 3; run++) {
        TestingKeys anew = new TestingKeys(detector(OFFLINE));
        List<Integer> turns = new ArrayList<>(Collections.nCopies(heartbeats.size(), 0));
        turns.addAll(Collections.nCopies(telemetry.size(), 1));
        Collections.shuffle(turns, random);
        int[] next = {0, 0};
        for (int turn : turns) {
          anew.judge((turn == 0 ? heartbeats : telemetry).get(next[turn]++));
        }
        states.add(anew.states.get("k"));
      }
      assertThat(states.get(1)).as("seed %s", seed).isEqualTo(states.get(0));
      assertThat(states.get(2)).as("seed %s", seed).isEqualTo(states.get(0));
    }
  }

  private static Observation event(String stream, long offset, double received) {
    return event(stream, offset, received, received);
  }

  private static Observation event(String stream, long offset, double received, double clock) {
    return new Observation(
        stream,
        "k",
        new LogPosition(1, "devices." + stream, 0, offset),
        0,
        TestingKeys.micros(received),
        TestingKeys.millis(clock),
        row(null, null));
  }

  @Test
  void aGatewaysClockThatRanAheadAndWasSetBackHidesNoEventOfAnotherStream() {
    keys.judge(event("heartbeat", 1, 3_600, 10));
    keys.judge(event("telemetry", 1, 50, 50));
    keys.judge(event("telemetry", 2, 100, 100));
    keys.clock(189.999);
    assertThat(keys.told).isEmpty();

    keys.clock(190);
    assertThat(keys.lines()).containsExactly("FIRING k 190.0");
    assertThat(keys.told.get(0).started()).isEqualTo(100.0);
  }

  @Test
  void anEventOfAStreamThatIsAheadShowsNothingOfTheOthersTime() {
    keys.judge(event("heartbeat", 1, 0));
    keys.judge(event("telemetry", 1, 600));
    keys.judge(event("heartbeat", 2, 300));
    keys.clock(689.999);
    assertThat(keys.told).isEmpty();

    keys.clock(690);
    assertThat(keys.lines()).containsExactly("FIRING k 690.0");
    assertThat(keys.told.get(0).evidence())
        .extracting(LogPosition::topic)
        .containsExactly("devices.telemetry");
  }

  @Test
  void itIsOverWithAnEventOfAnotherStream() {
    keys.judge(event("heartbeat", 1, 0));
    keys.clock(90);
    keys.judge(event("telemetry", 1, 200));
    assertThat(keys.lines()).containsExactly("FIRING k 90.0", "RESOLVED k 200.0");
    assertThat(keys.told.get(1).evidence())
        .extracting(LogPosition::topic)
        .containsExactly("devices.heartbeat", "devices.telemetry");
  }

  @Test
  void theClockOfAStreamThatIsBehindDoesNotTakeBackTheOthers() {
    keys.judge(event("telemetry", 1, 600));
    // Received later, but of a partition that is read before another of its stream.
    keys.judge(
        new Observation(
            "heartbeat",
            "k",
            new LogPosition(1, "devices.heartbeat", 0, 9),
            0,
            TestingKeys.micros(601),
            TestingKeys.millis(500),
            row(null, null)));
    keys.clock(689.999);
    assertThat(keys.told).isEmpty();
  }

  @Test
  void itJudgesAsTheModelDoes() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      TestingKeys real = new TestingKeys(detector(OFFLINE));
      List<String> model = new ArrayList<>();
      double now = 0;
      double last = 0;
      boolean isFiring = false;
      real.event(0, "k", 20);
      for (int i = 0; i < 40; i++) {
        now += random.nextInt(100);
        if (!isFiring && now >= last + 90) {
          model.add("FIRING k " + (last + 90));
          isFiring = true;
        }
        if (random.nextBoolean()) {
          real.event(now, "k", 20);
          if (isFiring) {
            model.add("RESOLVED k " + now);
          }
          last = now;
          isFiring = false;
        } else {
          real.clock(now);
        }
        assertThat(real.lines()).as("seed %s, step %s", seed, i).isEqualTo(model);
      }
    }
  }
}
