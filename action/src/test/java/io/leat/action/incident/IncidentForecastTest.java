package io.leat.action.incident;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.rules.alert.Severity;
import io.leat.rules.incident.IncidentPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncidentForecastTest {
  private static final Instant T = Instant.parse("2026-03-01T10:00:00Z");
  private static final IncidentPolicy POLICY =
      new IncidentPolicy(
          Duration.ofMinutes(30),
          Duration.ofHours(24),
          Duration.ofDays(400),
          5,
          Duration.ofMinutes(10),
          List.of());

  private static Instant at(int minutes) {
    return T.plus(Duration.ofMinutes(minutes));
  }

  @Test
  void whatFiresAgainSoonIsTheSameIncidentAndLaterAnother() {
    IncidentForecast forecast = new IncidentForecast(List.of("detector", "key"), POLICY, 10);
    forecast.take(alert("offline", "d-1", 1).firing(at(0)));
    forecast.take(alert("offline", "d-1", 1).resolved(at(5)));
    forecast.take(alert("offline", "d-1", 2).firing(at(35)));
    forecast.take(alert("offline", "d-1", 2).resolved(at(40)));
    forecast.take(alert("offline", "d-1", 3).firing(at(71)));

    assertThat(forecast.opened()).isEqualTo(2);
    assertThat(forecast.listed())
        .containsExactly(
            new IncidentForecast.Foreseen(
                "detector=offline, key=d-1", Severity.MAJOR, "d-1 is offline", at(0), at(40), 2, 1),
            new IncidentForecast.Foreseen(
                "detector=offline, key=d-1", Severity.MAJOR, "d-1 is offline", at(71), null, 1, 0));
  }

  @Test
  void aGroupIsOverWithItsLastAlertAndAsBadAsItsWorst() {
    IncidentForecast forecast = new IncidentForecast(List.of("detector"), POLICY, 10);
    forecast.take(alert("offline", "d-1", 1).severity(Severity.MINOR).firing(at(0)));
    forecast.take(alert("offline", "d-2", 2).severity(Severity.CRITICAL).firing(at(1)));
    forecast.take(alert("offline", "d-1", 1).severity(Severity.MINOR).firing(at(2)));
    forecast.take(alert("offline", "d-1", 1).resolved(at(3)));
    assertThat(forecast.listed().get(0).resolvedAt()).isNull();

    forecast.take(alert("offline", "d-2", 2).resolved(at(4)));

    assertThat(forecast.listed())
        .containsExactly(
            new IncidentForecast.Foreseen(
                "detector=offline", Severity.CRITICAL, "d-1 is offline", at(0), at(4), 2, 0));
  }

  @Test
  void soManyAreListedAndAllAreCounted() {
    IncidentForecast forecast = new IncidentForecast(List.of("key"), POLICY, 2);
    for (int i = 0; i < 5; i++) {
      forecast.take(alert("offline", "d-" + i, i).firing(at(i)));
    }

    assertThat(forecast.opened()).isEqualTo(5);
    assertThat(forecast.listed())
        .extracting(IncidentForecast.Foreseen::group)
        .containsExactly("key=d-0", "key=d-1");
  }
}
