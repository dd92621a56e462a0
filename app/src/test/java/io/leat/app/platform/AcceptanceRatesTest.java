package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.gateway.EventRoutes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AcceptanceRatesTest {
  private static final long SECOND = 1_000_000_000L;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong now = new AtomicLong(-7 * SECOND);

  @Test
  void theRateIsThatSinceTheStartAndThenThatOfTheLastMinute() {
    try (AcceptanceRates rates = new AcceptanceRates(registry, now::get)) {
      assertThat(rates.perSecond()).isEmpty();
      accept("devices.fault", 30);
      assertThat(rates.perSecond()).isEqualTo(Map.of("devices.fault", 0.0));
      now.addAndGet(2 * SECOND);
      assertThat(rates.perSecond()).isEqualTo(Map.of("devices.fault", 15.0));

      for (int i = 0; i < 20; i++) {
        rates.sample();
        accept("devices.telemetry", 50);
        now.addAndGet(5 * SECOND);
      }

      assertThat(rates.perSecond())
          .isEqualTo(Map.of("devices.fault", 0.0, "devices.telemetry", 10.0));
    }
  }

  private void accept(String stream, int count) {
    registry.counter(EventRoutes.ACCEPTED, "stream", stream).increment(count);
  }
}
