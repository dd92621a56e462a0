package io.leat.action.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestRateTest {
  private static final long MILLI = 1_000_000;

  @Test
  void evenlySpreadRequestsAreNeverTooMany() {
    RequestRate rate = new RequestRate(5);
    for (long i = 0; i < 100; i++) {
      assertThat(rate.came(i * 200 * MILLI)).isTrue();
    }

    assertThat(rate.statistics().excess()).isCloseTo(0, within(1e-6));
    assertThat(rate.statistics().mostInASecond()).isEqualTo(5);
  }

  @Test
  void twoAtOnceAreOneTooMany() {
    RequestRate rate = new RequestRate(5);
    rate.came(0);
    rate.came(1_000 * MILLI);
    rate.came(1_000 * MILLI);

    assertThat(rate.statistics().excess()).isCloseTo(1, within(1e-6));
  }

  @Test
  void theExcessIsThatOfTheWorstTimeOfAll() {
    Random random = new Random(7);
    RequestRate rate = new RequestRate(10);
    List<Long> times = new ArrayList<>();
    long now = 5_000_000_000L;
    for (int i = 0; i < 300; i++) {
      now += random.nextInt(200) * MILLI;
      times.add(now);
      rate.came(now);
    }

    double worst = 0;
    for (int from = 0; from < times.size(); from++) {
      for (int to = from; to < times.size(); to++) {
        double seconds = (times.get(to) - times.get(from)) / 1e9;
        worst = Math.max(worst, to - from + 1 - (10 * seconds + 1));
      }
    }
    assertThat(rate.statistics().excess()).isCloseTo(worst, within(1e-6)).isPositive();
  }

  @Test
  void beyondTheBurstOfASecondRequestsAreRefused() {
    RequestRate rate = new RequestRate(3);

    assertThat(List.of(rate.came(0), rate.came(0), rate.came(0), rate.came(0)))
        .containsExactly(true, true, true, false);
    assertThat(rate.came(400 * MILLI)).isTrue();
    assertThat(rate.came(400 * MILLI)).isFalse();
  }
}
