package io.leat.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private final Series series = new Series(HttpScenario.gateway(TestingOptions.any()));

  @Test
  void theMedianOfThreeIsTheMiddleOne() {
    for (int seconds : new int[] {40, 10, 20}) {
      series.add(run(seconds));
    }

    assertThat(series.spread(Measurement::eventsPerSecond))
        .isEqualTo(new Series.Spread(50_000, 25_000, 100_000));
    assertThat(series.spread(Measurement::cpuSecondsPerMillion))
        .isEqualTo(new Series.Spread(3, 3, 3));
  }

  @Test
  void theMedianOfTwoLiesBetweenThem() {
    series.add(run(10));
    series.add(run(20));

    assertThat(series.spread(Measurement::eventsPerSecond).median()).isEqualTo(75_000);
  }

  @Test
  void thePercentilesOfAnswersAreThoseOfTheMiddleRun() {
    assertThat(series.latency(Measurement.Latency::p99)).isNull();
    for (int millis : new int[] {4, 9, 5}) {
      series.add(
          new Measurement(
              1_000,
              Duration.ofSeconds(1),
              Duration.ofSeconds(1),
              new Measurement.Latency(1, millis),
              ""));
    }

    assertThat(series.latency(Measurement.Latency::p99)).isEqualTo(new Series.Spread(5, 4, 9));
  }

  private static Measurement run(int seconds) {
    return new Measurement(1_000_000, Duration.ofSeconds(seconds), Duration.ofSeconds(3), "");
  }
}
