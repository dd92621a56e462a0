package io.leat.app.backtest;

import static io.leat.app.backtest.TestingHistory.BEGIN;
import static io.leat.app.backtest.TestingHistory.at;
import static io.leat.app.backtest.TestingHistory.offline;
import static io.leat.app.backtest.TestingHistory.overheating;
import static io.leat.app.backtest.TestingHistory.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.incident.IncidentForecast.Foreseen;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.maintenance.Pace;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacktestRunTest {
  private static final Instant END = at(1_200);

  private final TestingHistory history = new TestingHistory();

  private final Path folder;

  BacktestRunTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void close() throws IOException {
    history.close();
  }

  private BacktestOutcome run(DetectorSpec detector, BacktestLimits limits) throws IOException {
    return history.run(plan(detector, BEGIN, END), limits, folder, Pace.FULL);
  }

  private static BacktestLimits slices(int rows) {
    BacktestLimits all = BacktestLimits.DEFAULT;
    return new BacktestLimits(
        all.rows(),
        all.keys(),
        all.bytes(),
        all.alerts(),
        all.listed(),
        rows,
        all.sliceBytes(),
        all.within());
  }

  /** Ten devices report every ten seconds; d-3 is hot from 300 s on for a minute. */
  private void tenDevices() throws IOException {
    for (int second = 0; second < 1_200; second += 10) {
      for (int device = 0; device < 10; device++) {
        boolean isHot = device == 3 && second >= 300 && second < 360;
        history.event("d-" + device, at(second).plusMillis(device), isHot ? 90 : 20);
      }
      if (second == 590) {
        history.commit("telemetry");
      }
    }
    history.commit("telemetry");
  }

  @Test
  void anIncidentOpensWithTheEventThatCompletesTheRuleAndEndsWithTheAllClear() throws Exception {
    tenDevices();

    BacktestOutcome outcome = run(overheating(), BacktestLimits.DEFAULT);

    assertThat(outcome.incidents())
        .containsExactly(
            new Foreseen(
                "detector=tried, key=d-3", Severity.MAJOR, "d-3 is tried", at(310), at(360), 1, 0));
    assertThat(outcome.rows()).isEqualTo(1_200);
    assertThat(outcome.events()).isEqualTo(1_200);
    assertThat(outcome.keys()).isEqualTo(10);
    assertThat(outcome.alerts()).isEqualTo(1);
    assertThat(outcome.absent()).isZero();
  }

  @Test
  void itIsTheSameHoweverTheTimeIsCutAndHoweverFilesAreOrdered() throws Exception {
    tenDevices();
    BacktestOutcome whole = run(overheating(), BacktestLimits.DEFAULT);

    assertThat(run(overheating(), slices(12))).isEqualTo(whole);

    // The second half is in an earlier file than the first.
    try (TestingHistory other = new TestingHistory()) {
      for (int half : new int[] {1, 0}) {
        for (int second = half * 600; second < half * 600 + 600; second += 10) {
          for (int device = 0; device < 10; device++) {
            boolean isHot = device == 3 && second >= 300 && second < 360;
            long offset = 1 + (second / 10) * 10L + device;
            other.event(
                "d-" + device,
                offset,
                "e-" + offset,
                at(second).plusMillis(device),
                isHot ? 90 : 20);
          }
        }
        other.commit("telemetry");
      }
      BacktestOutcome turned =
          other.run(plan(overheating(), BEGIN, END), slices(70), folder.resolve("b"), Pace.FULL);
      assertThat(turned).isEqualTo(whole);
    }
  }

  @Test
  void aDeviceThatFallsSilentIsOneIncidentAndLeatsOwnAbsenceIsNone() throws Exception {
    for (int second = 0; second < 1_200; second += 10) {
      boolean isLeatAway = second >= 600 && second < 800;
      for (int device = 0; device < 5 && !isLeatAway; device++) {
        if (device != 2 || second < 200 || second >= 400) {
          history.event("d-" + device, at(second), 20);
        }
      }
    }
    history.commit("telemetry");

    BacktestOutcome outcome = run(offline(), BacktestLimits.DEFAULT);

    assertThat(outcome.incidents())
        .containsExactly(
            new Foreseen(
                "detector=tried, key=d-2", Severity.MAJOR, "d-2 is tried", at(280), at(400), 1, 0));
    assertThat(outcome.absent()).isEqualTo(Duration.ofSeconds(210));
  }

  @Test
  void whatOtherStreamsReceivedSaysThatLeatWasThere() throws Exception {
    for (int second = 0; second < 1_200; second += 10) {
      if (second < 200 || second >= 400) {
        history.event("d-1", at(second), 20);
        history.event("d-2", at(second), 20);
      }
    }
    history.commit("telemetry");
    assertThat(run(offline(), BacktestLimits.DEFAULT).alerts()).isZero();
    for (int second = 0; second < 1_200; second += 10) {
      history.event("h-1", at(second), 20);
    }
    history.commit("heartbeat");

    BacktestOutcome outcome = run(offline(), BacktestLimits.DEFAULT);

    // All of the stream at once: one alert, which is not about a device.
    assertThat(outcome.incidents()).extracting(Foreseen::summary).containsExactly("all is tried");
    assertThat(outcome.absent()).isZero();
  }

  @Test
  void whatWasSentTwiceOrIsNotCleanIsLeftOut() throws Exception {
    history.event("d-1", 1, "a", at(10), 90);
    history.event("d-1", 2, "a", at(20), 90);
    history.event("d-1", 3, "b", at(30), Double.NaN);
    history.event("d-1", 4, "a", at(40), 91);
    history.commit("telemetry");

    BacktestOutcome outcome = run(overheating(), BacktestLimits.DEFAULT);

    assertThat(outcome.alerts()).isZero();
    assertThat(outcome.events()).isEqualTo(1);
    assertThat(outcome.duplicates()).isEqualTo(2);
    assertThat(outcome.unclean()).isEqualTo(1);
  }

  @Test
  void eventsOfAPartitionAreInTheOrderOfTheLogWhateverTheClocksOfTheGatewaysSaid()
      throws Exception {
    history.event("d-1", 1, "a", at(10), 90);
    history.event("d-1", 2, "b", at(8), 70);
    history.event("d-1", 3, "c", at(11), 90);
    history.commit("telemetry");
    assertThat(run(overheating(), slices(1)).alerts()).isEqualTo(1);
    assertThat(run(overheating(), slices(1)).unordered()).isZero();

    history.event("d-1", 4, "d", at(120), 70);
    history.event("d-1", 5, "e", at(30), 70);
    history.commit("telemetry");

    BacktestOutcome outcome = run(overheating(), slices(1));
    assertThat(outcome.rows()).isEqualTo(4);
    assertThat(outcome.unordered()).isEqualTo(1);
  }

  @Test
  void aLimitSaysHowFarItGot() throws Exception {
    tenDevices();
    BacktestLimits all = BacktestLimits.DEFAULT;

    assertThatThrownBy(
            () ->
                run(
                    overheating(),
                    new BacktestLimits(600, 10, 1 << 20, 10, 10, 1_000, 1 << 20, all.within())))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "The backtest read 600 events, which is its limit. It got as far as"
                + " 2026-03-01T10:09:50.009Z: choose a period that ends there, or begins later");
    assertThatThrownBy(
            () ->
                run(
                    overheating(),
                    new BacktestLimits(9_999, 9, 1 << 20, 10, 10, 1_000, 1 << 20, all.within())))
        .hasMessageStartingWith("The backtest remembers more than 9 entities, which is its limit.");
    assertThatThrownBy(
            () ->
                run(
                    overheating(),
                    new BacktestLimits(9_999, 10, 1 << 20, 0, 10, 1_000, 1 << 20, all.within())))
        .hasMessageStartingWith("The backtest made more than 0 alerts, which is its limit.");
    assertThatThrownBy(
            () ->
                run(
                    overheating(),
                    new BacktestLimits(
                        9_999, 10, 1 << 20, 10, 10, 1_000, 1 << 20, Duration.ofMinutes(-1))))
        .hasMessageStartingWith("The backtest ran for -1 minutes, which is its limit.");
  }

  @Test
  void aPeriodWithoutDataSaysWhenThereIsSome() throws Exception {
    assertThatThrownBy(() -> run(overheating(), BacktestLimits.DEFAULT))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST))
        .hasMessage(
            "Nothing that the detector 'tried' reads was received from 2026-03-01T10:00:00Z to"
                + " 2026-03-01T10:20:00Z: raw has no events of devices.telemetry");
    history.event("d-1", at(5_000), 20);
    history.event("d-1", at(6_000), 20);
    history.commit("telemetry");

    assertThatThrownBy(() -> run(overheating(), BacktestLimits.DEFAULT))
        .hasMessageEndingWith(
            "raw has events of devices.telemetry received from 2026-03-01T11:23:20Z to"
                + " 2026-03-01T11:40:00Z");
  }

  @Test
  void itEndsWhenItIsToldTo() throws Exception {
    tenDevices();
    Pace over =
        () -> {
          throw new CancellationException("the client has gone");
        };

    assertThatThrownBy(
            () ->
                history.run(plan(overheating(), BEGIN, END), BacktestLimits.DEFAULT, folder, over))
        .isInstanceOf(CancellationException.class);
  }
}
