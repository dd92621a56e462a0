package io.leat.action.incident;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.TestingAlerts;
import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.incident.Incidents.Action;
import io.leat.action.target.TargetIncident.State;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.rules.alert.Severity;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.rules.incident.IncidentPolicy.Escalation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IncidentsTest {
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

  private static State stateOf(Incident incident) {
    return incident.state().name();
  }

  @Test
  void anAlertOpensAnIncidentAndItsEndResolvesIt() {
    intake.fires(alert("offline", "d-1", 7));

    Incident opened = intake.only();
    assertThat(stateOf(opened)).isEqualTo(State.OPEN);
    assertThat(opened.groupKey()).isEqualTo("detector=offline, key=d-1");
    assertThat(opened.severity()).isEqualTo(Severity.MAJOR);
    assertThat(opened.summary()).isEqualTo("d-1 is offline");
    assertThat(opened.runbook()).isEqualTo("https://runbooks.example/offline");
    assertThat(opened.id()).matches("[0-9a-f]{32}");
    assertThat(opened.firing()).containsExactly(0, 1, 0, 0, 0);

    intake.pass(Duration.ofMinutes(5));
    intake.isOver(alert("offline", "d-1", 7));

    Incident resolved = intake.only();
    assertThat(resolved.state())
        .isEqualTo(new IncidentState.Resolved(intake.instant(), WorkingIncident.LEAT));
    assertThat(resolved.firingAlerts()).isZero();
    assertThat(intake.history(resolved)).containsExactly("OPENED*", "RESOLVED*");
  }

  @Test
  void theSameAlertAgainChangesNothing() {
    intake.fires(alert("offline", "d-1", 7));
    Incident before = intake.only();

    intake.fires(alert("offline", "d-1", 7), alert("offline", "d-1", 7));
    assertThat(intake.only()).isEqualTo(before);

    intake.isOver(alert("offline", "d-1", 7));
    Incident over = intake.only();
    intake.fires(alert("offline", "d-1", 7).generation(2));
    intake.isOver(alert("offline", "d-1", 7).generation(2));
    assertThat(intake.only()).isEqualTo(over);
    assertThat(
            intake
                .registry()
                .counter("leat_alerts_taken_total", "blueprint", "devices", "outcome", "repeated")
                .count())
        .isEqualTo(4);
  }

  @Test
  void alertsOfAGroupAreOneIncidentThatFiresWhileOneOfThemDoes() {
    intake.groupBy("offline", "detector", "labels.site");
    TestingAlerts first = alert("offline", "d-1", 1).label("site", "north");
    TestingAlerts second =
        alert("offline", "d-2", 2).label("site", "north").severity(Severity.CRITICAL);
    TestingAlerts elsewhere = alert("offline", "d-3", 3).label("site", "a, b");
    intake.fires(first, second, elsewhere);

    assertThat(intake.all())
        .extracting(Incident::groupKey)
        .containsExactlyInAnyOrder(
            "detector=offline, labels.site=north", "detector=offline, labels.site=\"a, b\"");
    Incident north = north();
    assertThat(north.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(north.total()).isEqualTo(2);
    assertThat(north.summary()).isEqualTo("2 alerts or more: detector=offline, labels.site=north");

    intake.isOver(second);
    assertThat(stateOf(north())).isEqualTo(State.OPEN);
    assertThat(north().severity()).isEqualTo(Severity.MAJOR);
    intake.isOver(first);
    assertThat(stateOf(north())).isEqualTo(State.RESOLVED);
  }

  @Test
  void aGroupWhoseTextIsCutWithinACharacterHasOneOpenIncident() {
    intake.groupBy("offline", "labels.site");
    // Of two texts whose beginnings differ by one unit, one is cut within a pair of them.
    for (String first : List.of("", "x")) {
      String site = first + "\uD83D\uDE00".repeat(GroupKey.LONGEST);
      intake.fires(alert("offline", first + "d-1", 1).label("site", site));
      intake.fires(alert("offline", first + "d-2", 2).label("site", site));
    }

    assertThat(intake.all()).hasSize(2);
    assertThat(intake.all()).extracting(Incident::firingAlerts).containsExactly(2, 2);
    assertThat(intake.all())
        .extracting(Incident::groupKey)
        .doesNotHaveDuplicates()
        .allMatch(group -> group.matches("labels\\.site=x?(\uD83D\uDE00)+~[0-9a-f]{16}"));
  }

  private Incident north() {
    return intake.all().stream()
        .filter(one -> one.groupKey().contains("north"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aClosedIncidentIsForgottenWithAllThatBelongsToIt() {
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 2));
    intake.isOver(alert("offline", "d-1", 1));
    intake.passSeconds(Duration.ofHours(24).toSeconds());
    assertThat(intake.all()).extracting(IncidentsTest::stateOf).contains(State.CLOSED);
    intake.pass(Duration.ofDays(400).minusSeconds(1));
    assertThat(intake.incidents().forget("devices")).isZero();

    intake.pass(Duration.ofSeconds(1));
    assertThat(intake.incidents().forget("others")).isZero();
    assertThat(intake.incidents().forget("devices")).isEqualTo(1);

    assertThat(intake.only().groupKey()).isEqualTo("detector=offline, key=d-2");
    String left =
        "select (select count(*) from alert) || ' ' || (select count(*) from delivery) || ' '"
            + " || (select count(distinct incident) from incident_event)";
    assertThat(state.texts(left)).containsExactly("1 1 1");
  }

  /** No task says anything of it any more, not even that it is over. */
  @Test
  void whatARemovedDetectorSaidIsOver() {
    intake.fires(alert("offline", "d-1", 1), alert("hot", "d-1", 2));

    intake.remove("offline");
    intake.passSeconds(1);

    assertThat(intake.all())
        .extracting(one -> one.groupKey() + " " + stateOf(one))
        .containsExactlyInAnyOrder(
            "detector=offline, key=d-1 RESOLVED", "detector=hot, key=d-1 OPEN");
  }

  @Test
  void aThousandAlertsOfAGroupTellTargetsAFewTimesOnly() {
    intake.groupBy("offline", "detector");
    List<TestingAlerts> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(alert("offline", "d-" + i, i));
    }
    intake.fires(all.toArray(TestingAlerts[]::new));

    Incident incident = intake.only();
    assertThat(incident.firingAlerts()).isEqualTo(1_000);
    assertThat(incident.summary()).isEqualTo("1000 alerts or more: detector=offline");
    assertThat(intake.history(incident)).hasSize(1_000);
    // 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000
    assertThat(intake.history(incident).stream().filter(entry -> entry.endsWith("*"))).hasSize(10);
  }

  @Test
  void alertsOfNoEntityHaveIncidentsWithIdsOfTheirOwn() {
    intake.fires(alert("fleet", "", 1), alert("gaps", "", 1));

    List<Incident> all = intake.all();
    assertThat(all).hasSize(2);
    assertThat(all).extracting(Incident::id).allMatch(id -> id.matches("[0-9a-f]{32}"));
    assertThat(all).extracting(Incident::id).doesNotHaveDuplicates();
  }

  @Test
  void anEpisodeSoonAfterTheEndOpensTheSameIncidentAgain() {
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    intake.passSeconds(29 * 60);
    intake.fires(alert("offline", "d-1", 2));

    assertThat(stateOf(intake.only())).isEqualTo(State.OPEN);
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "RESOLVED*", "REOPENED*");
    assertThat(intake.only().total()).isEqualTo(2);
  }

  @Test
  void anEpisodeLaterOpensANewIncidentAndIsNotSwallowedByTheOldOne() {
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    intake.passSeconds(31 * 60);
    intake.fires(alert("offline", "d-1", 2));

    assertThat(intake.all())
        .extracting(IncidentsTest::stateOf)
        .containsExactly(State.RESOLVED, State.OPEN);
    assertThat(intake.all()).extracting(Incident::id).doesNotHaveDuplicates();
  }

  @Test
  void aClosedIncidentIsNeverOpenedAgain() {
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    intake.incidents().act(intake.only().id(), Action.CLOSE, "ann", "done");
    intake.fires(alert("offline", "d-1", 2));

    assertThat(intake.all())
        .extracting(IncidentsTest::stateOf)
        .containsExactlyInAnyOrder(State.CLOSED, State.OPEN);
  }

  @Test
  void afterAWhileAResolvedIncidentIsClosed() {
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    intake.passSeconds(24 * 3600 - 1);
    assertThat(stateOf(intake.only())).isEqualTo(State.RESOLVED);
    intake.passSeconds(1);
    assertThat(stateOf(intake.only())).isEqualTo(State.CLOSED);
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "RESOLVED*", "CLOSED*");
  }

  @Test
  void whatAPersonResolvedStaysSoUntilAnotherEpisodeFires() {
    intake.groupBy("offline", "detector");
    intake.fires(alert("offline", "d-1", 1));
    intake.incidents().act(intake.only().id(), Action.RESOLVE, "ann", "known");

    intake.fires(
        alert("offline", "d-1", 1).generation(2), alert("offline", "d-1", 1).summary("again"));
    intake.passSeconds(5);
    assertThat(intake.only().state()).isInstanceOf(IncidentState.Resolved.class);
    assertThat(intake.only().state().actor()).isEqualTo("ann");
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "RESOLVED*", "UPDATED");

    intake.fires(alert("offline", "d-2", 1));
    assertThat(stateOf(intake.only())).isEqualTo(State.OPEN);
    assertThat(intake.only().firingAlerts()).isEqualTo(2);
    intake.isOver(alert("offline", "d-2", 1));
    assertThat(stateOf(intake.only())).isEqualTo(State.OPEN);
    intake.isOver(alert("offline", "d-1", 1));
    assertThat(stateOf(intake.only())).isEqualTo(State.RESOLVED);
  }

  @Test
  void whatAPersonMayNotDoIsRefusedWithWhatToDoFirst() {
    intake.fires(alert("offline", "d-1", 1));
    String id = intake.only().id();

    assertThatThrownBy(() -> intake.incidents().act(id, Action.CLOSE, "ann", ""))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessage("Incident " + id + " is open; one cannot close it. Resolve it first.");
    intake.incidents().act(id, Action.ACKNOWLEDGE, "ann", "");
    assertThatThrownBy(() -> intake.incidents().act(id, Action.ACKNOWLEDGE, "bob", ""))
        .hasMessage(
            "Incident " + id + " is acknowledged; one cannot acknowledge it. It must be open.");
    assertThatThrownBy(() -> intake.incidents().act("none", Action.NOTE, "ann", "x"))
        .hasMessage("There is no incident 'none'; `leat incident list` shows them.");
    assertThat(intake.only().state().actor()).isEqualTo("ann");

    intake.incidents().act(id, Action.RESOLVE, "ann", "");
    intake.passSeconds(31 * 60);
    intake.fires(alert("offline", "d-1", 2));
    String newer = intake.all().get(1).id();
    assertThatThrownBy(() -> intake.incidents().act(id, Action.REOPEN, "ann", ""))
        .hasMessage(
            "Incident "
                + id
                + " is resolved; one cannot reopen it. Its alerts go to incident "
                + newer
                + " now.");
  }

  @Test
  void nobodyAcknowledgesSoItEscalatesStepByStep() {
    intake.policy(
        new IncidentPolicy(
            Duration.ofMinutes(30),
            Duration.ofHours(24),
            Duration.ofDays(400),
            5,
            Duration.ofMinutes(10),
            List.of(
                new Escalation(Duration.ofMinutes(15), Set.of("pagerduty")),
                new Escalation(Duration.ofMinutes(30), Set.of("boss")))));
    intake.fires(alert("offline", "d-1", 1), alert("offline", "d-2", 1));
    intake.incidents().act(intake.all().get(0).id(), Action.ACKNOWLEDGE, "ann", "");

    intake.passSeconds(15 * 60);
    assertThat(targets()).containsExactlyInAnyOrder("log", "log", "pagerduty");
    intake.passSeconds(15 * 60);
    assertThat(targets()).containsExactlyInAnyOrder("log", "log", "pagerduty", "boss");
    assertThat(intake.history(intake.all().get(1)))
        .containsExactly("OPENED*", "ESCALATED*", "ESCALATED*");
    assertThat(intake.history(intake.all().get(0))).containsExactly("OPENED*", "ACKNOWLEDGED*");
  }

  private List<String> targets() {
    return state.texts("select target from delivery");
  }

  @Test
  void whatFlapsStaysOpenAndIsQuietUntilItSettles() {
    for (int i = 0; i < 20; i++) {
      intake.fires(alert("offline", "d-1", i));
      intake.passSeconds(10);
      intake.isOver(alert("offline", "d-1", i));
      intake.passSeconds(10);
    }

    Incident flapping = intake.only();
    assertThat(stateOf(flapping)).isEqualTo(State.OPEN);
    assertThat(flapping.flappingSince()).isNotNull();
    assertThat(intake.history(flapping).stream().filter(entry -> entry.endsWith("*")))
        .containsExactly(
            "OPENED*", "RESOLVED*", "REOPENED*", "RESOLVED*", "REOPENED*", "FLAPPING*");

    intake.passSeconds(589);
    assertThat(stateOf(intake.only())).isEqualTo(State.OPEN);
    intake.passSeconds(1);
    assertThat(stateOf(intake.only())).isEqualTo(State.RESOLVED);
    assertThat(intake.only().flappingSince()).isNull();
    assertThat(intake.history(intake.only())).endsWith("UPDATED", "RESOLVED*");
  }

  @Test
  void aSeverityThatGetsWorseIsTold() {
    intake.fires(alert("hot", "d-1", 1).severity(Severity.WARNING));
    intake.fires(alert("hot", "d-1", 1).severity(Severity.CRITICAL));

    assertThat(intake.only().severity()).isEqualTo(Severity.CRITICAL);
    assertThat(intake.only().firing()).containsExactly(1, 0, 0, 0, 0);
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "UPDATED*");
  }

  @Test
  void theSameHistoryMakesTheSameIds() {
    intake.fires(alert("offline", "d-1", 1));
    String id = intake.only().id();
    state.clear();
    intake.fires(alert("offline", "d-1", 1));
    assertThat(intake.only().id()).isEqualTo(id);
  }

  @Test
  void alertsThatWaitedToBeTakenInCountAtTheTimesOfTheProcessor() {
    var begin = intake.instant();
    intake.pass(Duration.ofHours(3));
    intake.say(
        List.of(
            alert("offline", "d-1", 1).firing(begin),
            alert("offline", "d-1", 1).resolved(begin.plusSeconds(60)),
            alert("offline", "d-1", 2).firing(begin.plusSeconds(7_200))));

    // Two hours lie between them, although they came at once.
    assertThat(intake.all())
        .extracting(IncidentsTest::stateOf)
        .containsExactly(State.RESOLVED, State.OPEN);
    assertThat(intake.all().get(0).openedAt()).isEqualTo(begin);
    assertThat(intake.history(intake.all().get(0))).containsExactly("OPENED*", "RESOLVED*");
  }
}
