package io.leat.action.incident;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.TestingAlerts;
import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.target.TargetIncident.State;
import io.leat.rules.alert.FiringSet;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** After a restore detectors say what fires: what no longer does, or never did, is over. */
class FiringSetsTest {
  private static TestingState state;

  private TestingIntake intake;

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
  }

  private void set(int task, int tasks, long generation, TestingAlerts... alerts) {
    part(task, tasks, generation, 0, 1, alerts);
  }

  private void part(
      int task, int tasks, long generation, int part, int parts, TestingAlerts... alerts) {
    Set<String> ids = Stream.of(alerts).map(TestingAlerts::id).collect(Collectors.toSet());
    intake.say(new FiringSet("devices", "offline", task, tasks, generation, part, parts, ids));
  }

  private Set<String> open() {
    return intake.all().stream()
        .filter(one -> one.state().isOpen())
        .map(one -> one.groupKey().replace("detector=offline, key=", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void aPhantomIsResolvedOnceAllTasksHaveSpoken() {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 1), alert("hot", "d-3", 1));
    set(0, 2, 5, alert("offline", "d-1", 1));
    assertThat(intake.all()).allMatch(one -> one.state().isOpen());

    set(1, 2, 6);
    assertThat(open()).containsExactlyInAnyOrder("d-1", "detector=hot, key=d-3");
    Incident phantom =
        intake.all().stream().filter(one -> !one.state().isOpen()).findFirst().orElseThrow();
    IncidentDetail detail = intake.incidents().show(phantom.id(), 10);
    assertThat(detail.alerts().get(0).isAbsent()).isTrue();
    assertThat(detail.history().get(1).detail())
        .isEqualTo(
            "alert "
                + alert("offline", "d-2", 1).id()
                + " is over: no task had it after a restore");
  }

  @Test
  void aPartOfASetIsNotTheSet() {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    part(0, 1, 5, 0, 2, alert("offline", "d-1", 1));
    assertThat(open()).containsExactlyInAnyOrder("d-1", "d-2");
    part(0, 1, 5, 1, 2, alert("offline", "d-2", 1));
    assertThat(open()).containsExactlyInAnyOrder("d-1", "d-2");
    part(0, 1, 6, 0, 2);
    part(0, 1, 6, 1, 2, alert("offline", "d-2", 1));
    assertThat(open()).containsExactly("d-2");
  }

  @Test
  void whatFiredAfterTheSetIsNotAPhantom() {
    intake.fires(alert("offline", "d-1", 1).generation(5));
    set(0, 1, 5);
    assertThat(open()).containsExactly("d-1");
  }

  @Test
  void aSetOfOtherTasksDoesNotCompleteThoseOfNow() {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    set(0, 2, 5, alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    set(0, 4, 6);
    set(1, 4, 6);
    set(2, 4, 6);
    assertThat(open()).containsExactlyInAnyOrder("d-1", "d-2");
    set(3, 4, 6, alert("offline", "d-2", 1));
    assertThat(open()).containsExactly("d-2");
  }

  @Test
  void anOldSetComesTooLate() {
    intake.fires(alert("offline", "d-1", 1).generation(4));
    set(0, 1, 6, alert("offline", "d-1", 1));
    set(0, 1, 5);
    assertThat(open()).containsExactly("d-1");
  }

  @Test
  void whatATaskStillHasFiringIsOpenedAgain() {
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    assertThat(open()).isEmpty();

    // The restore went back behind what had ended it, and that has not happened again.
    set(0, 1, 5, alert("offline", "d-1", 1));
    assertThat(open()).containsExactly("d-1");
    assertThat(intake.only().total()).isEqualTo(1);
    intake.isOver(alert("offline", "d-1", 1).generation(5));
    assertThat(intake.only().state().name()).isEqualTo(State.RESOLVED);
  }

  @Test
  void anAlertThatWasAbsentAndFiresAfterAllIsOpen() {
    intake.fires(alert("offline", "d-1", 1));
    set(0, 1, 5);
    assertThat(open()).isEmpty();
    intake.fires(alert("offline", "d-1", 1).generation(5));
    assertThat(open()).containsExactly("d-1");
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "RESOLVED*", "REOPENED*");
  }

  @Test
  void anEndThatIsSaidAfterTheSetIsKeptWithTheAlert() {
    intake.fires(alert("offline", "d-1", 1));
    set(0, 1, 5);
    intake.isOver(alert("offline", "d-1", 1).generation(5));
    assertThat(state.texts("select absent || ' ' || (resolved ->> 'summary') from alert"))
        .containsExactly("false d-1 is well");
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "RESOLVED*");
  }

  @Test
  void setsOfMoreAlertsThanAPageEndAndOpenThemAll() {
    intake.groupBy("offline", "detector");
    TestingAlerts[] all = many(2 * AlertRows.PAGE + 201);
    intake.fires(all);

    set(0, 1, 5, Arrays.copyOf(all, 100));
    assertThat(intake.only().firingAlerts()).isEqualTo(100);
    assertThat(alerts()).containsExactly("firing 5 100", "resolved 1 1101");

    set(0, 1, 6, all);
    assertThat(intake.only().firingAlerts()).isEqualTo(1_201);
    assertThat(intake.only().total()).isEqualTo(1_201);
    assertThat(alerts()).containsExactly("firing 6 1201");

    set(0, 1, 7);
    assertThat(intake.only().state().name()).isEqualTo(State.RESOLVED);
    assertThat(intake.only().firingAlerts()).isZero();
    assertThat(alerts()).containsExactly("resolved 6 1201");
  }

  private static TestingAlerts[] many(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> alert("offline", "d-" + i, i))
        .toArray(TestingAlerts[]::new);
  }

  /** State, generation and how many. */
  private static List<String> alerts() {
    return state.texts(
        "select state || ' ' || generation || ' ' || count(*) from alert group by state, generation"
            + " order by state, generation");
  }

  /** They may be 100,000, of some kilobytes each. */
  @Test
  void whatASetSaysOfAlertsThatFireOnIsNotedWithoutReadingThem() {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    state.update("update alert set fired = '{}'");

    set(0, 1, 5, alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    assertThat(alerts()).containsExactly("firing 5 2");
  }
}
