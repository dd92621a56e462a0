package io.leat.action.incident;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.action.TestingAlerts;
import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.incident.AlertMatcher.Operation;
import io.leat.action.target.TargetIncident.State;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.rules.incident.IncidentPolicy.Escalation;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SilencesTest {
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

  private Silence silence(Duration from, Duration to, AlertMatcher... matchers) {
    return intake
        .silences()
        .create(
            "devices",
            List.of(matchers),
            "ann",
            "works on the mains",
            intake.instant().plus(from),
            intake.instant().plus(to));
  }

  private static AlertMatcher matcher(String field, Operation operation, String... values) {
    return new AlertMatcher(field, operation, List.of(values));
  }

  private List<String> desired() {
    return state.texts(
        "select target || ' ' || state || ' ' || told from delivery order by target");
  }

  @Test
  void aSilencedIncidentIsRecordedAndToldWhenTheSilenceEndsAndItStillFires() {
    silence(Duration.ZERO, Duration.ofHours(1), matcher("key", Operation.REGEX, "d-[0-9]"));
    intake.fires(alert("offline", "d-1", 1));

    assertThat(intake.only().isSilenced()).isTrue();
    assertThat(intake.history(intake.only())).containsExactly("OPENED");
    assertThat(desired()).containsExactly("log done false");

    intake.passSeconds(3_599);
    assertThat(desired()).containsExactly("log done false");
    intake.passSeconds(1);
    assertThat(intake.only().isSilenced()).isFalse();
    assertThat(intake.history(intake.only())).containsExactly("OPENED", "UNSILENCED*");
    assertThat(desired()).containsExactly("log waiting true");
  }

  @Test
  void aSilenceThatEndsWhileTimePassesDoesNotSilenceForEver() {
    silence(Duration.ZERO, Duration.ofHours(1), matcher("key", Operation.EQUALS, "d-1"));
    intake.fires(alert("offline", "d-1", 1));
    intake.pass(Duration.ofSeconds(3_599));

    intake.runOnAfterTheNext();
    intake.incidents().passTime("devices");
    intake.passSeconds(1);

    assertThat(intake.only().isSilenced()).isFalse();
    assertThat(desired()).containsExactly("log waiting true");
  }

  @Test
  void whatOpenedAndEndedInASilenceIsToldToNobody() {
    silence(Duration.ZERO, Duration.ofHours(1), matcher("detector", Operation.EQUALS, "offline"));
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    intake.passSeconds(3_600 * 25);

    assertThat(intake.only().state().name()).isEqualTo(State.CLOSED);
    assertThat(desired()).containsExactly("log done false");
  }

  @Test
  void theEndOfWhatWasToldBeforeTheSilenceIsTold() {
    intake.fires(alert("offline", "d-1", 1));
    state.update("update delivery set state = 'done', sent_version = desired_version");
    silence(Duration.ZERO, Duration.ofHours(1), matcher("key", Operation.IN, "d-1", "d-2"));
    intake.passSeconds(1);
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "SILENCED");
    assertThat(desired()).containsExactly("log done true");

    intake.isOver(alert("offline", "d-1", 1));
    assertThat(desired()).containsExactly("log waiting true");
  }

  @Test
  void anAlertThatIsNotSilencedMakesItsIncidentHeard() {
    intake.groupBy("offline", "detector");
    silence(Duration.ZERO, Duration.ofHours(1), matcher("key", Operation.EQUALS, "d-1"));
    intake.fires(alert("offline", "d-1", 1));
    assertThat(desired()).containsExactly("log done false");

    intake.fires(alert("offline", "d-2", 1));
    assertThat(intake.history(intake.only())).containsExactly("OPENED", "UPDATED*");
    assertThat(desired()).containsExactly("log waiting true");
  }

  private void fireMany(int count) {
    intake.groupBy("offline", "detector");
    intake.fires(
        IntStream.range(0, count)
            .mapToObj(i -> alert("offline", "d-" + (1_000 + i), i))
            .toArray(TestingAlerts[]::new));
  }

  private List<String> silenced() {
    return intake.history(intake.only()).stream()
        .filter(change -> change.contains("SILENCED"))
        .toList();
  }

  @Test
  void anIncidentOfMoreAlertsThanAPageIsSilencedAndHeardOnce() {
    fireMany(2 * AlertRows.PAGE + 100);
    silence(Duration.ZERO, Duration.ofHours(1), matcher("detector", Operation.EQUALS, "offline"));
    intake.passSeconds(1);
    assertThat(intake.only().silenced()).isEqualTo(1_100);
    assertThat(silenced()).containsExactly("SILENCED");
    assertThat(state.texts("select distinct silence from alert")).containsExactly("1");

    intake.passSeconds(3_600);
    assertThat(intake.only().silenced()).isZero();
    assertThat(silenced()).containsExactly("SILENCED", "UNSILENCED*");
    assertThat(state.texts("select count(silence) from alert")).containsExactly("0");
  }

  @Test
  void aSilenceThatBeginsAsAnotherEndsDoesNotMakeAnIncidentSilentForAMoment() {
    fireMany(2 * AlertRows.PAGE + 100);
    // The later alerts are under the first, and the earlier ones come under the second.
    silence(
        Duration.ZERO, Duration.ofHours(1), matcher("key", Operation.REGEX, "d-(1[5-9]..|20..)"));
    silence(
        Duration.ofHours(1), Duration.ofHours(2), matcher("key", Operation.REGEX, "d-1[0-4].."));
    intake.passSeconds(1);
    assertThat(intake.only().silenced()).isEqualTo(600);

    intake.passSeconds(3_599);
    assertThat(intake.only().silenced()).isEqualTo(500);
    assertThat(silenced()).isEmpty();
  }

  @Test
  void aMaintenanceWindowSilencesFromItsBeginningOnAndCanBeEndedEarly() {
    Silence window =
        silence(
            Duration.ofMinutes(10),
            Duration.ofMinutes(60),
            matcher("labels.site", Operation.EQUALS, "north"));
    intake.fires(alert("offline", "d-1", 1).label("site", "north"));
    assertThat(intake.only().isSilenced()).isFalse();

    intake.passSeconds(600);
    assertThat(intake.only().isSilenced()).isTrue();

    Silence ended = intake.silences().cancel(window.id(), "bob");
    assertThat(ended.cancelledBy()).isEqualTo("bob");
    intake.passSeconds(1);
    assertThat(intake.only().isSilenced()).isFalse();
    assertThatThrownBy(() -> intake.silences().cancel(window.id(), "bob"))
        .hasMessage("Silence 1 has ended already, at " + ended.cancelledAt());
    assertThat(intake.silences().list(null, 10)).containsExactly(ended);
  }

  @Test
  void aSilencedIncidentDoesNotEscalateUntilItIsHeardAgain() {
    intake.policy(
        new IncidentPolicy(
            Duration.ofMinutes(30),
            Duration.ofHours(24),
            Duration.ofDays(400),
            5,
            Duration.ofMinutes(10),
            List.of(new Escalation(Duration.ofMinutes(15), Set.of("pagerduty")))));
    silence(Duration.ZERO, Duration.ofHours(1), matcher("key", Operation.EQUALS, "d-1"));
    intake.fires(alert("offline", "d-1", 1));
    intake.passSeconds(3_599);
    assertThat(desired()).containsExactly("log done false");

    intake.passSeconds(1);
    assertThat(desired()).containsExactly("log waiting true", "pagerduty waiting true");
  }

  private IncidentDetail detail(Incident incident) {
    return intake.incidents().show(incident.id(), 10);
  }

  @Test
  void theGroupOfAnIncidentIsWhatItsAlertsAreGroupedBy() {
    intake.groupBy("hot", "labels.site", "severity");
    intake.fires(
        alert("offline", "d-1, d-2", 1),
        alert("hot", "d-3", 1).label("site", "north"),
        alert("hot", "d-4", 1));
    List<Incident> all = intake.all();

    assertThat(all)
        .extracting(one -> intake.silences().ofGroup(detail(one)))
        .containsExactlyInAnyOrder(
            List.of(
                matcher("detector", Operation.EQUALS, "offline"),
                matcher("key", Operation.EQUALS, "d-1, d-2")),
            List.of(
                matcher("labels.site", Operation.EQUALS, "north"),
                matcher("severity", Operation.EQUALS, "major")),
            List.of(
                matcher("labels.site", Operation.EQUALS, ""),
                matcher("severity", Operation.EQUALS, "major")));
  }

  @Test
  void aSilenceOnTheGroupOfAnIncidentSilencesItAndNoOther() {
    intake.groupBy("hot", "labels.site");
    intake.fires(
        alert("hot", "d-1", 1).label("site", "north"), alert("hot", "d-2", 1).label("site", ""));
    Incident north =
        intake.all().stream()
            .filter(one -> one.groupKey().equals("labels.site=north"))
            .findFirst()
            .orElseThrow();
    silence(
        Duration.ZERO,
        Duration.ofHours(1),
        intake.silences().ofGroup(detail(north)).toArray(AlertMatcher[]::new));
    intake.fires(alert("hot", "d-3", 1).label("site", "north"));
    intake.passSeconds(1);

    assertThat(intake.all())
        .extracting(Incident::groupKey, Incident::isSilenced)
        .containsExactlyInAnyOrder(
            tuple("labels.site=north", true), tuple("labels.site=\"\"", false));
  }

  @Test
  void allAlertsAreTheGroupOfWhatIsGroupedByNothing() {
    intake.groupBy("hot");
    intake.fires(alert("hot", "d-1\nd-2", 1));
    silence(
        Duration.ZERO,
        Duration.ofHours(1),
        intake.silences().ofGroup(detail(intake.only())).toArray(AlertMatcher[]::new));
    intake.passSeconds(1);

    assertThat(intake.only().isSilenced()).isTrue();
  }

  @Test
  void aGroupThatIsNoLongerMadeIsRefusedWithWhatToDoInstead() {
    intake.fires(alert("hot", "d-1", 1));
    intake.groupBy("hot", "labels.site");
    Incident incident = intake.only();

    assertThatThrownBy(() -> intake.silences().ofGroup(detail(incident)))
        .hasMessage(
            "The alerts of incident "
                + incident.id()
                + " are grouped by something else now than by detector=hot, key=d-1; `leat silence"
                + " add` silences what you name");
  }

  @Test
  void whoIsRestrictedIsShownAsManySilencesAsThereAreForThem() {
    AlertMatcher all = matcher("key", Operation.REGEX, ".*");
    Silence own = silence(Duration.ofHours(1), Duration.ofHours(2), all);
    for (int i = 0; i < 3; i++) {
      intake
          .silences()
          .create(
              "others",
              List.of(all),
              "bob",
              "works",
              intake.instant(),
              intake.instant().plusSeconds(60));
    }

    assertThat(intake.silences().list(Set.of("devices"), 2)).containsExactly(own);
    assertThat(intake.silences().list(Set.of(), 2)).isEmpty();
    assertThat(intake.silences().list(null, 2))
        .extracting(Silence::blueprint)
        .containsExactly("others", "others");
  }

  @Test
  void aSilenceThatSaysNothingIsRefusedWithWhatIsWrong() {
    assertThatThrownBy(() -> silence(Duration.ZERO, Duration.ofHours(1)))
        .hasMessage("The silence needs at least one matcher; to silence all, match the key by .*");
    assertThatThrownBy(() -> matcher("kye", Operation.EQUALS, "d-1"))
        .hasMessage(
            "A matcher of a silence is wrong: 'kye' is no field of an alert; it is key, detector,"
                + " stream, kind, severity, labels.<name> or values.<name>");
    assertThatThrownBy(() -> matcher("key", Operation.REGEX, "d-("))
        .hasMessage(
            "A matcher of a silence is wrong: 'd-(' is no regular expression of RE2: missing"
                + " closing )");
    assertThatThrownBy(
            () ->
                silence(
                    Duration.ofHours(-2),
                    Duration.ofHours(-1),
                    matcher("key", Operation.EQUALS, "d-1")))
        .hasMessage("The silence is over already: it ends at 2026-03-01T09:00:00Z");
  }
}
