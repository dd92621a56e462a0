package io.leat.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private final Series series =
      new Series(new HttpScenario(TestingOptions.any(), HttpScenario.Until.ACKNOWLEDGED));

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

  private static Measurement run(int seconds) {
    return new Measurement(1_000_000, Duration.ofSeconds(seconds), Duration.ofSeconds(3), "");
  }
}
