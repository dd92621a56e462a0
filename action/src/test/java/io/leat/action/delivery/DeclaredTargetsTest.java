package io.leat.action.delivery;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.delivery.DeclaredTargets.Removed;
import io.leat.action.incident.Incidents.Action;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.rules.incident.TargetSpec;
import io.leat.rules.incident.TargetSpec.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeclaredTargetsTest {
  private static TestingState state;

  private TestingIntake intake;
  private Deliveries deliveries;
  private DeclaredTargets declared;
  private DeliveryRows rows;

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
    deliveries = new Deliveries(state.database(), intake.outbox());
    declared = new DeclaredTargets(state.database(), intake.outbox());
    Limits limits =
        new Limits(
            5,
            Duration.ofSeconds(1),
            1,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMinutes(5),
            Duration.ofHours(24));
    rows =
        new DeliveryRows(
            state.database(),
            new DeliveryTarget(
                "devices",
                new TargetSpec("log", "testing", Map.of(), limits),
                new TestingTarget(new TestingTarget.Place(), true)));
    rows.prepare();
    assertThat(declared.declare("devices", Set.of("log"))).isEmpty();
  }

  private void deliver() {
    Claim claim = rows.claim("one/1").orElseThrow();
    assertThat(rows.delivered(claim, "T-1", "")).isTrue();
  }

  private List<String> states() {
    return state.texts("select state from delivery order by id");
  }

  @Test
  void whatWaitsForARemovedTargetIsGivenUpWithItsCause() {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 1));

    assertThat(declared.declare("devices", Set.of("pager"))).containsExactly(removed(2, 0));
    assertThat(states()).containsExactly("dead", "dead");
    assertThat(deliveries.show(1).deadLetters())
        .extracting(
            Delivery.DeadLetter::version,
            Delivery.DeadLetter::cause,
            Delivery.DeadLetter::redrivenAt)
        .containsExactly(tuple(1L, "target removed", null));
    assertThat(
            deliveries.list(new Delivery.Filter("devices", null, null, null, null, true, null, 9)))
        .hasSize(2);
    assertThat(declared.declare("devices", Set.of("pager"))).isEmpty();
  }

  private static Removed removed(int givenUp, long stayOpen) {
    return new Removed("log", givenUp, stayOpen);
  }

  @Test
  void whoIsAtADeliveryToARemovedTargetNotesNothingAnyMore() {
    intake.fires(alert("offline", "d-1", 1));
    Claim claim = rows.claim("two/1").orElseThrow();

    assertThat(declared.declare("devices", Set.of())).containsExactly(removed(1, 0));
    assertThat(rows.delivered(claim, "T-1", "")).isFalse();
    assertThat(states()).containsExactly("dead");
  }

  @Test
  void nothingWaitsForARemovedTargetWhateverBecomesOfItsIncidents() {
    intake.fires(alert("offline", "d-1", 1));
    deliver();
    intake.fires(alert("offline", "d-2", 1));
    assertThat(declared.declare("devices", Set.of())).containsExactly(removed(1, 1));

    intake.isOver(alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    intake.fires(alert("offline", "d-3", 1)); // by rules that were read before
    assertThat(states()).containsExactly("done", "dead", "done");
    assertThat(rows.nextDue()).isEmpty();
    assertThat(rows.claim("one/2")).isEmpty();
  }

  @Test
  void aTargetThatIsDeclaredAgainIsToldWhatItMissed() {
    intake.fires(alert("offline", "d-1", 1));
    deliver();
    declared.declare("devices", Set.of());
    intake.incidents().act(intake.only().id(), Action.ACKNOWLEDGE, "ann", "");
    intake.isOver(alert("offline", "d-1", 1));

    assertThat(declared.declare("devices", Set.of("log"))).isEmpty();
    Claim claim = rows.claim("one/2").orElseThrow();
    assertThat(claim.sent()).isEqualTo(1);
    assertThat(claim.desired()).isEqualTo(3);
    assertThat(claim.attempt()).isEqualTo(1);
  }

  @Test
  void whatWasGivenUpIsRedrivenOnlyWhenTheTargetIsDeclaredAgain() {
    intake.fires(alert("offline", "d-1", 1));
    declared.declare("devices", Set.of());
    assertThatThrownBy(() -> deliveries.redrive(1, "ann"))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessage(
            "Delivery 1 is to the target 'log', which the blueprint 'devices' does not declare any"
                + " more. Declare it again, run `leat apply`, then redrive it.");

    declared.declare("devices", Set.of("log"));
    assertThat(states()).containsExactly("dead");
    deliveries.redrive(1, "ann");
    deliver();
    assertThat(states()).containsExactly("done");
    assertThat(deliveries.show(1).deadLetters().get(0).redrivenBy()).isEqualTo("ann");
  }

  @Test
  void theTargetsOfOtherBlueprintsAreLeftAlone() {
    intake.fires(alert("offline", "d-1", 1));
    assertThat(declared.declare("others", Set.of())).isEmpty();
    assertThat(states()).containsExactly("waiting");
  }
}
