package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.target.TargetIncident.State;
import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import io.leat.action.target.TargetRequest.Change;
import io.leat.action.twin.ServiceNowTwin;
import io.leat.action.twin.TwinFault;
import io.leat.action.twin.TwinFaults;
import io.leat.action.twin.TwinSettings;
import io.leat.rules.alert.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked
class ServiceNowIncidentsTest extends ServiceNowContractTest {
  @Override
  Map<String, String> options() {
    return Map.of("url", url(), "auth", "${secret:servicenow}", "allow-private", "true");
  }

  @Override
  String shown() {
    return String.valueOf(twin.incidents());
  }

  @Override
  int things() {
    return twin.incidents().size();
  }

  @Override
  String over() {
    return "state=6";
  }

  @Override
  String remedy(Fault fault) {
    return "check 'auth', and that its user may read and write the table";
  }

  private Map<String, String> ticket() {
    assertThat(twin.incidents()).hasSize(1);
    return twin.incidents().get(0);
  }

  private TargetOutcome deliver(TargetRequest request) throws InterruptedException {
    try (Target target = target(LONG)) {
      return deliver(target, request);
    }
  }

  private List<ExternalChange> poll(TargetMemory cursor) throws InterruptedException {
    try (Target target = target(LONG)) {
      return target.poll(cursor, budget).orElseThrow();
    }
  }

  @Test
  void aTicketHoldsWhatPeopleNeed() throws Exception {
    TargetOutcome outcome = deliver(TestingIncidents.opened());

    Map<String, String> ticket = ticket();
    assertThat(ticket)
        .containsEntry("short_description", "m7 is offline")
        .containsEntry("state", "1")
        .containsEntry("impact", "2")
        .containsEntry("urgency", "1")
        .containsEntry("priority", "2")
        .containsEntry("correlation_id", "leat-" + TestingIncidents.ID)
        .containsEntry("correlation_display", "Leat version 1 state 1")
        .containsEntry("sys_created_by", "leat");
    assertThat(ticket.get("description"))
        .isEqualTo(
            """
            State: open
            Severity: major
            Opened: 2026-03-01T10:00:00Z
            Alerts: 1 firing, 1 in all
            Group: detector=offline, key=m7
            - m7 is offline (since 2026-03-01T10:00:00Z)
            Runbook: https://runbooks.example/offline
            In Leat: https://leat.example/incidents/0123456789abcdef0123456789abcdef""");
    assertThat(outcome)
        .isEqualTo(
            new Delivered(
                "INC0010001", url() + "/nav_to.do?uri=incident.do?sys_id=" + ticket.get("sys_id")));
  }

  @ParameterizedTest
  @CsvSource({"CRITICAL,1", "MAJOR,2", "MINOR,3", "WARNING,4", "INFO,5"})
  void aSeverityIsAPriority(Severity severity, String priority) throws Exception {
    deliver(TestingIncidents.request(1, Change.OPENED, State.OPEN, severity, "m7"));

    assertThat(ticket()).containsEntry("priority", priority);
  }

  @Test
  void anUpdateIsOneRequestAndResolvingTooOnceTheTicketIsKnown() throws Exception {
    deliver(TestingIncidents.opened());
    int opened = requests();
    deliver(TestingIncidents.updated());
    deliver(TestingIncidents.resolved());

    assertThat(opened).isEqualTo(2);
    assertThat(requests()).isEqualTo(opened + 2);
    assertThat(ticket())
        .containsEntry("state", "6")
        .containsEntry("close_code", "Solution provided")
        .containsEntry("close_notes", "Leat: resolved by leat")
        .containsEntry("priority", "1");
    assertThat(ticket().get("work_notes"))
        .contains("Leat: updated by leat")
        .contains("Leat: resolved by leat");
  }

  @Test
  void whatLeatForgotIsFound() throws Exception {
    deliver(TestingIncidents.opened());
    try (Target target = target(LONG)) {
      target.deliver(TestingIncidents.resolved(), new TestingMemory(), budget);
    }

    assertThat(ticket()).containsEntry("state", "6");
  }

  @Test
  void ticketsOfOthersAreLeftAlone() throws Exception {
    deliver(TestingIncidents.opened());
    twin.edit("INC0010001", Map.of("correlation_id", ""), "ann");
    try (Target target = target(LONG)) {
      target.deliver(TestingIncidents.opened(), new TestingMemory(), budget);
    }

    assertThat(twin.incidents())
        .extracting(ticket -> ticket.get("correlation_id"))
        .containsExactly("", "leat-" + TestingIncidents.ID);
  }

  @Test
  void anIncidentThatWasOverBeforeItWasToldIsAResolvedTicket() throws Exception {
    deliver(TestingIncidents.resolved());

    assertThat(ticket())
        .containsEntry("state", "6")
        .containsEntry("close_notes", "Leat: resolved by leat");
  }

  @Test
  void anIncidentThatOpensAgainOpensItsTicket() throws Exception {
    deliver(TestingIncidents.opened());
    deliver(TestingIncidents.resolved());
    deliver(TestingIncidents.reopened());

    assertThat(ticket())
        .containsEntry("state", "1")
        .containsEntry("short_description", "m7 is offline again");
  }

  @Test
  void aTicketOnHoldStaysOnHold() throws Exception {
    deliver(TestingIncidents.opened());
    twin.edit("INC0010001", Map.of("state", "3"), "ann");
    deliver(TestingIncidents.updated());

    assertThat(ticket()).containsEntry("state", "3");
  }

  @ParameterizedTest
  @CsvSource({"2", "3"})
  void aTicketThatIsGivenBackIsNewAgain(String state) throws Exception {
    TestingMemory cursor = new TestingMemory();
    deliver(TestingIncidents.opened());
    deliver(TestingIncidents.acknowledged());
    twin.edit("INC0010001", Map.of("state", state), "ann");
    assertThat(deliver(TestingIncidents.givenBack())).isInstanceOf(Delivered.class);

    assertThat(ticket())
        .containsEntry("state", "1")
        .containsEntry("correlation_display", "Leat version 4 state 1");
    assertThat(poll(cursor)).as("nobody has taken it again").isEmpty();
    deliver(TestingIncidents.acknowledged());
    assertThat(ticket()).containsEntry("state", "2");
  }

  @Test
  void aTicketThatPeopleGiveBackIsLeftAsItIs() throws Exception {
    TestingMemory cursor = new TestingMemory();
    deliver(TestingIncidents.opened());
    deliver(TestingIncidents.acknowledged());
    twin.edit("INC0010001", Map.of("state", "1"), "bob");
    assertThat(poll(cursor)).extracting(ExternalChange::state).containsExactly(State.OPEN);
    deliver(TestingIncidents.by("servicenow: bob", TestingIncidents.givenBack()));

    assertThat(ticket()).containsEntry("state", "1");
    assertThat(poll(cursor)).isEmpty();
  }

  @Test
  void aTicketThatIsResolvedWhileItIsGivenBackStaysResolved() throws Exception {
    deliver(TestingIncidents.opened());
    deliver(TestingIncidents.acknowledged());
    twin.edit(
        "INC0010001", Map.of("state", "6", "close_code", "Mine", "close_notes", "mended"), "bob");
    assertThat(deliver(TestingIncidents.givenBack())).isInstanceOf(Delivered.class);

    assertThat(ticket()).containsEntry("state", "6");
    assertThat(poll(new TestingMemory()))
        .extracting(ExternalChange::state, ExternalChange::note)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(State.RESOLVED, "mended"));
  }

  @Test
  void aTicketThatLostItsMarkIsLeftToThoseWhoWorkOnIt() throws Exception {
    deliver(TestingIncidents.opened());
    twin.edit("INC0010001", Map.of("state", "2", "correlation_display", ""), "ann");
    deliver(TestingIncidents.again(TestingIncidents.updated()));

    assertThat(ticket())
        .containsEntry("state", "2")
        .containsEntry("correlation_display", "Leat version 2 state 1");
  }

  @Test
  void aTicketThatWasDeletedIsMadeAgain() throws Exception {
    deliver(TestingIncidents.opened());
    twin.delete("INC0010001");
    assertThat(deliver(TestingIncidents.updated())).isInstanceOf(Delivered.class);

    assertThat(ticket())
        .containsEntry("number", "INC0010002")
        .containsEntry("correlation_display", "Leat version 2 state 1");
  }

  @Test
  void anInstanceThatSleepsIsAskedAgain() throws Exception {
    twin.next(TwinFault.HIBERNATE);
    assertThat(deliver(TestingIncidents.opened()))
        .isEqualTo(
            new Retry(
                "servicenow answered 200 with a page: the instance hibernates; wake it up on its"
                    + " developer page",
                null));
    assertThat(deliver(TestingIncidents.opened())).isInstanceOf(Delivered.class);
    twin.next(TwinFault.HIBERNATE);
    assertThat(deliver(TestingIncidents.updated())).isInstanceOf(Retry.class);

    assertThat(ticket()).containsEntry("short_description", "m7 is offline");
  }

  @Test
  void aFailureBehindTheCreationMakesNoSecondTicket() throws Exception {
    twin.next(TwinFault.FAIL_BEHIND);
    assertThat(deliver(TestingIncidents.opened())).isInstanceOf(Retry.class);
    assertThat(deliver(TestingIncidents.opened())).isInstanceOf(Delivered.class);

    assertThat(ticket()).containsEntry("sys_mod_count", "0");
  }

  @Test
  void anUpdateThatCameThroughIsNotWrittenTwice() throws Exception {
    deliver(TestingIncidents.opened());
    twin.next(TwinFault.TIME_OUT);
    try (Target target = target(SHORT)) {
      assertThat(deliver(target, TestingIncidents.updated())).isInstanceOf(Unknown.class);
    }
    assertThat(deliver(TestingIncidents.again(TestingIncidents.updated())))
        .isInstanceOf(Delivered.class);

    assertThat(ticket()).containsEntry("sys_mod_count", "1");
  }

  @Test
  void aTicketThatTurnsUpLateIsResolvedAsTheSame() throws Exception {
    // The first is made behind a lost answer and behind the look that follows.
    twin.next(TwinFault.SILENCE);
    try (Target target = target(SHORT)) {
      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Unknown.class);
    }
    deliver(TestingIncidents.again(TestingIncidents.opened()));
    Map<String, String> late = new HashMap<>(ticket());
    twin.insert(late, "leat");
    assertThat(twin.incidents()).hasSize(2);

    deliver(TestingIncidents.updated());

    assertThat(twin.incidents())
        .extracting(ticket -> ticket.get("correlation_id"), ticket -> ticket.get("state"))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("leat-" + TestingIncidents.ID, "1"),
            org.assertj.core.groups.Tuple.tuple("double-leat-" + TestingIncidents.ID, "6"));
    assertThat(twin.incidents().get(1).get("close_notes"))
        .isEqualTo("Leat: the same as INC0010001, made twice because an answer was lost");
    int looked = requests();
    deliver(TestingIncidents.resolved());
    assertThat(requests()).isEqualTo(looked + 1);
  }

  @Test
  void anIdThatCannotBeACorrelationIdIsRefused() throws Exception {
    for (String id : List.of("x".repeat(96), "a^b", "a b")) {
      assertThat(deliver(TestingIncidents.of(id, TestingIncidents.opened())))
          .isEqualTo(
              new Refused(
                  "the incident's id cannot be a correlation id: it must have 1 to 95 letters,"
                      + " digits, and ._-"));
    }
    assertThat(requests()).isZero();
  }

  @Test
  void anIncidentWithoutAnIdIsNone() {
    assertThatThrownBy(() -> TestingIncidents.of("", TestingIncidents.opened()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an incident without an id would match others");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "table,../x,'table' is not the name of a table: lower-case letters and digits and _",
        "url,http://place.example/?a=b,'url' is the instance alone:"
            + " https://example.service-now.com",
        "auth,leat,'auth' is neither user:password nor 'Bearer ' and a token: put one of them into"
            + " the secret"
      })
  void anOptionThatCannotBeUsedBlocksTheTarget(String option, String value, String reason)
      throws Exception {
    Map<String, String> options = new HashMap<>(options());
    options.put(option, value);
    try (Target target = places.open(kind(), LONG, options)) {
      assertThat(deliver(target, TestingIncidents.opened())).isEqualTo(new Blocked(reason));
    }

    assertThat(requests()).isZero();
  }

  @Test
  void anIncidentIsOneTicketInItsLastStateWhateverGoesWrong() throws Exception {
    long seed = System.nanoTime();
    twin.close();
    twin =
        new ServiceNowTwin(
            places.vertx,
            TwinSettings.of(twin.uri().getPort(), Map.of("leat", "hunter2-password"))
                .withFaults(
                    new TwinFaults(
                        5, 6, 10, 0, Duration.ZERO, Duration.ofMinutes(2), Duration.ofMillis(50)),
                    seed),
            InstantSource.system());
    try (Target target = target(Duration.ofMillis(400))) {
      for (int i = 0; i < 15; i++) {
        TestingMemory own = new TestingMemory();
        for (TargetRequest request :
            List.of(
                TestingIncidents.opened(),
                TestingIncidents.updated(),
                TestingIncidents.resolved(),
                TestingIncidents.reopened())) {
          if (i % 2 == 0 || request.change() != Change.REOPENED) {
            deliverUntilItIsThere(target, TestingIncidents.of("incident-" + i, request), own);
          }
        }
      }
    }

    assertThat(twin.incidents())
        .as("seed %s", seed)
        .filteredOn(ticket -> ticket.get("correlation_id").startsWith("leat-"))
        .extracting(ticket -> ticket.get("correlation_id") + " " + ticket.get("state"))
        .containsExactlyElementsOf(
            IntStream.range(0, 15)
                .mapToObj(i -> "leat-incident-" + i + (i % 2 == 0 ? " 1" : " 6"))
                .toList());
    assertThat(twin.statistics().byStatus()).containsKeys(200, 201, 500);
  }

  private void deliverUntilItIsThere(Target target, TargetRequest request, TargetMemory own)
      throws InterruptedException {
    TargetRequest next = request;
    TargetOutcome outcome = target.deliver(next, own, budget);
    while (!(outcome instanceof Delivered)) {
      assertThat(outcome).isNotInstanceOf(Refused.class);
      if (outcome instanceof Unknown || next.unsettled()) {
        next = TestingIncidents.again(next);
      }
      outcome = target.deliver(next, own, budget);
    }
  }

  @Test
  void whatPeopleChangeComesBackOnceItIsNotLeats() throws Exception {
    TestingMemory cursor = new TestingMemory();
    deliver(TestingIncidents.opened());
    assertThat(poll(cursor)).isEmpty();

    twin.edit("INC0010001", Map.of("state", "2"), "ann");
    assertThat(poll(cursor))
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.incident()).isEqualTo(TestingIncidents.ID);
              assertThat(change.state()).isEqualTo(State.ACKNOWLEDGED);
              assertThat(change.by()).isEqualTo("ann");
              assertThat(change.note()).isEmpty();
              assertThat(change.at()).isBetween(Instant.now().minusSeconds(60), Instant.now());
            });

    deliver(TestingIncidents.acknowledged());
    assertThat(ticket()).containsEntry("state", "2");
    assertThat(poll(cursor)).isEmpty();

    twin.edit(
        "INC0010001",
        Map.of("state", "6", "close_code", "Mine", "close_notes", "plugged in again"),
        "ann");
    assertThat(poll(cursor))
        .extracting(ExternalChange::state, ExternalChange::note)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(State.RESOLVED, "plugged in again"));

    deliver(TestingIncidents.by("ann", TestingIncidents.resolved()));
    assertThat(ticket())
        .containsEntry("state", "6")
        .containsEntry("close_code", "Mine")
        .containsEntry("close_notes", "plugged in again");
    assertThat(poll(cursor)).isEmpty();
  }

  /** Tickets that somebody works on, of which Leat does not know it. */
  private void taken(int from, int to) {
    for (int i = from; i < to; i++) {
      twin.insert(
          Map.of(
              "correlation_id",
              "leat-incident-" + i,
              "correlation_display",
              "Leat version 1 state 1",
              "state",
              "2"),
          "ann");
    }
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "incident-" + i).toList();
  }

  private List<String> polled(TargetMemory cursor) throws InterruptedException {
    return poll(cursor).stream().map(ExternalChange::incident).toList();
  }

  @Test
  void moreTicketsOfOneSecondThanALookReadsAreReadByTheNextLooks() throws Exception {
    TestingMemory cursor = new TestingMemory();
    time = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(1_200);
    taken(0, 2_500);
    time = time.plusSeconds(1);
    taken(2_500, 2_501);

    List<String> first = polled(cursor);
    List<String> second = polled(cursor);

    assertThat(first).hasSize(2_000).doesNotHaveDuplicates();
    assertThat(second).hasSize(501).doesNotHaveDuplicates().doesNotContainAnyElementsOf(first);
    assertThat(Stream.of(first, second).flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(ids(0, 2_501));
    int requests = requests();
    assertThat(polled(cursor)).as("all was seen, and is old").isEmpty();
    assertThat(requests()).isEqualTo(requests + 1);
    time = time.plusSeconds(100);
    taken(2_501, 2_502);
    assertThat(polled(cursor)).containsExactly("incident-2501");
  }

  @Test
  void moreNewTicketsOfOneSecondThanALookReadsAreReadByTheNextLooks() throws Exception {
    TestingMemory cursor = new TestingMemory();
    time = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    taken(0, 2_100);
    List<String> seen = new ArrayList<>(polled(cursor));
    assertThat(seen).hasSize(2_000);

    // Becomes visible behind its time, and behind what was read already.
    time = time.minusSeconds(20);
    taken(2_100, 2_101);
    seen.addAll(polled(cursor));
    assertThat(seen).containsExactlyInAnyOrderElementsOf(ids(0, 2_100));

    assertThat(polled(cursor)).hasSize(2_000).contains("incident-2100");
  }

  @Test
  void aChangeThatBecomesVisibleBehindItsTimeIsNotLost() throws Exception {
    TestingMemory cursor = new TestingMemory();
    time = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    taken(0, 1);
    assertThat(polled(cursor)).containsExactly("incident-0");

    time = time.minusSeconds(20);
    taken(1, 2);
    assertThat(polled(cursor)).containsExactly("incident-1", "incident-0");
  }

  @Test
  void aTicketThatIsWrittenBetweenTwoPagesHidesNoOther() throws Exception {
    time = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    taken(0, 250);
    String onFirstPage =
        twin.incidents().stream()
            .min(Comparator.comparing(ticket -> ticket.get("sys_id")))
            .orElseThrow()
            .get("number");
    AtomicInteger asked = new AtomicInteger();
    HttpBudget meanwhile =
        () -> {
          if (asked.incrementAndGet() == 2) {
            time = time.plusSeconds(1);
            twin.edit(onFirstPage, Map.of("work_notes", "on my way"), "ann");
          }
        };

    List<ExternalChange> changes;
    try (Target target = target(LONG)) {
      changes = target.poll(new TestingMemory(), meanwhile).orElseThrow();
    }

    assertThat(asked.get()).isEqualTo(3);
    assertThat(changes.stream().map(ExternalChange::incident).distinct())
        .containsExactlyInAnyOrderElementsOf(ids(0, 250));
  }

  @Test
  void whatWasReadBeforeAFailureIsNotReadAgain() throws Exception {
    TestingMemory cursor = new TestingMemory();
    time = Instant.parse("2026-03-01T10:00:00Z");
    cursor.put("cursor", "2026-03-01 09:00:00");
    taken(0, 150);
    AtomicInteger asked = new AtomicInteger();
    HttpBudget away =
        () -> {
          if (asked.incrementAndGet() == 2) {
            twin.close();
          }
        };

    List<ExternalChange> changes;
    try (Target target = target(LONG)) {
      changes = target.poll(cursor, away).orElseThrow();
    }

    assertThat(changes).hasSize(100);
    String last =
        twin.incidents().stream()
            .map(ticket -> ticket.get("sys_id"))
            .sorted()
            .skip(99)
            .findFirst()
            .orElseThrow();
    assertThat(cursor.get("cursor")).contains("2026-03-01 10:00:00 " + last);
  }

  @Test
  void aSecretThatIsWrongOrMissingIsNoReasonToAskAgainSoon() {
    places.secrets.replaceAll((name, value) -> value + "x");
    assertThatThrownBy(() -> poll(new TestingMemory()))
        .isInstanceOf(TargetRefusesException.class)
        .hasMessageContaining("check 'auth'");

    places.secrets.clear();
    assertThatThrownBy(() -> poll(new TestingMemory()))
        .isInstanceOf(TargetRefusesException.class)
        .hasMessageStartingWith("there is no secret 'servicenow'");
  }

  @Test
  void pollingGoesOnWhereItWas() throws Exception {
    TestingMemory cursor = new TestingMemory();
    deliver(TestingIncidents.opened());
    poll(cursor);
    Optional<String> first = cursor.get("cursor");
    twin.edit("INC0010001", Map.of("state", "8"), "ann");

    assertThat(poll(cursor)).extracting(ExternalChange::state).containsExactly(State.RESOLVED);
    assertThat(first).hasValueSatisfying(time -> assertThat(time).matches("[-0-9]+ [:0-9]+"));
    assertThat(cursor.get("cursor").orElseThrow()).isGreaterThanOrEqualTo(first.orElseThrow());
  }
}
