package io.leat.action.incident;

import static io.leat.action.TestingAlerts.alert;
import static io.leat.action.TestingIntake.PARTITION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertLookupTest {
  private static TestingState state;

  private TestingIntake intake;
  private AlertLookup alerts;

  @BeforeAll
  static void start() {
    state = new TestingState();
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @BeforeEach
  void begin() {
    state.clear();
    intake = new TestingIntake(state.database());
    intake.transaction().nextOffset(PARTITION);
    alerts = new AlertLookup(state.database());
  }

  @Test
  void anAlertIsFoundWithWhatWasSaidAndItsIncident() {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 2));
    Instant fired = intake.instant();
    AlertDetail firing = alerts.show(alert("offline", "d-1", 1).id());
    assertThat(firing.isFiring()).isTrue();
    assertThat(firing.resolved()).isNull();
    assertThat(firing.recordedAt()).isEqualTo(fired);

    intake.passSeconds(60);
    intake.isOver(alert("offline", "d-1", 1));

    AlertDetail over = alerts.show(alert("offline", "d-1", 1).id());
    assertThat(over.isFiring()).isFalse();
    assertThat(over.fired().summary()).isEqualTo("d-1 is offline");
    assertThat(over.resolved())
        .isNotNull()
        .satisfies(a -> assertThat(a.summary()).isEqualTo("d-1 is well"));
    assertThat(over.recordedAt()).isEqualTo(fired);
    assertThat(over.changedAt()).isEqualTo(intake.instant());
    assertThat(over.incident().groupKey()).contains("d-1");
    assertThat(over.isAbsent()).isFalse();
    assertThatThrownBy(() -> alerts.show("ffff"))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
        .hasMessage(
            "There is no alert 'ffff'; `leat incident show ID` lists those of an incident.");
  }

  @Test
  void whatADetectorOpenedInATimeIsCounted() {
    Instant begin = intake.instant();
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 2));
    intake.passSeconds(60);
    intake.isOver(alert("offline", "d-1", 1));
    intake.fires(alert("offline", "d-1", 3), alert("hot", "d-1", 4));
    Instant middle = intake.instant();
    intake.passSeconds(60);
    intake.fires(alert("offline", "d-3", 5));

    assertThat(alerts.opened("devices", "offline", begin, middle))
        .isEqualTo(new AlertLookup.Opened(2, 2));
    assertThat(alerts.opened("devices", "offline", begin, intake.instant().plusSeconds(1)))
        .isEqualTo(new AlertLookup.Opened(3, 4));
    assertThat(alerts.opened("devices", "hot", begin, intake.instant()))
        .isEqualTo(new AlertLookup.Opened(1, 1));
    assertThat(alerts.opened("doors", "offline", begin, intake.instant()))
        .isEqualTo(new AlertLookup.Opened(0, 0));
  }
}
