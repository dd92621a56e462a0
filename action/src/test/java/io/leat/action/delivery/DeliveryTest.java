package io.leat.action.delivery;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.incident.AlertMatcher;
import io.leat.action.incident.Incident;
import io.leat.action.incident.Incidents.Action;
import io.leat.action.target.DeliveryLostException;
import io.leat.action.target.ExternalChange;
import io.leat.action.target.HttpBudget;
import io.leat.action.target.TargetIncident;
import io.leat.action.target.TargetIncident.State;
import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import io.leat.action.target.TargetRequest;
import io.leat.action.target.TargetRequest.Change;
import io.leat.event.LeatException;
import io.leat.rules.incident.TargetSpec;
import io.leat.rules.incident.TargetSpec.Limits;
import io.leat.state.StateDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static TestingState state;

  private final TestingTarget.Place place = new TestingTarget.Place();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private TestingIntake intake;
  private Deliveries deliveries;

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
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private static Limits limits(int perSecond, int concurrency, Duration maxAge) {
    return new Limits(
        perSecond,
        Duration.ofSeconds(1),
        concurrency,
        Duration.ofMillis(200),
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        maxAge);
  }

  private DeliveryTarget target(boolean coalesces, Limits limits) {
    return new DeliveryTarget(
        "devices",
        new TargetSpec("log", "testing", Map.of(), limits),
        new TestingTarget(place, coalesces));
  }

  private DeliveryWorker worker(DeliveryTarget target) {
    return worker(target, "one", state.database());
  }

  private DeliveryWorker worker(DeliveryTarget target, String instance, StateDatabase database) {
    DeliveryWorker worker =
        new DeliveryWorker(
            target,
            new DeliveryWorker.Surroundings(
                database,
                intake.incidents(),
                intake.outbox(),
                instance,
                id -> URI.create("https://leat.example/incidents/" + id),
                new Random(1),
                new SimpleMeterRegistry()));
    opened.add(worker);
    worker.start();
    return worker;
  }

  private static void until(BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for too long").isLessThan(end);
      Thread.sleep(10);
    }
  }

  private void untilDone() throws InterruptedException {
    until(() -> state.texts("select id from delivery where state = 'waiting'").isEmpty());
  }

  private List<Change> changes(String incident) {
    synchronized (place.received) {
      return place.received.stream()
          .filter(request -> request.incident().id().equals(incident))
          .map(TargetRequest::change)
          .toList();
    }
  }

  @Test
  void aTargetIsToldWhatHappensAndWhatItCalledItIsRemembered() throws Exception {
    worker(target(true, limits(1_000, 2, PATIENCE)));
    intake.fires(alert("offline", "d-1", 1));
    untilDone();
    Incident incident = intake.only();

    TargetRequest request = place.received.get(0);
    assertThat(request.id()).isEqualTo(incident.id() + ".1");
    assertThat(request.change()).isEqualTo(Change.OPENED);
    assertThat(request.attempt()).isEqualTo(1);
    assertThat(request.unsettled()).isFalse();
    TargetIncident shown = request.incident();
    assertThat(shown.state()).isEqualTo(State.OPEN);
    assertThat(shown.summary()).isEqualTo("d-1 is offline");
    assertThat(shown.alerts()).hasSize(1);
    assertThat(shown.worst()).isPresent();
    assertThat(shown.link()).isEqualTo(URI.create("https://leat.example/incidents/" + shown.id()));

    intake.incidents().act(incident.id(), Action.ACKNOWLEDGE, "ann", "looking");
    untilDone();
    intake.isOver(alert("offline", "d-1", 1));
    untilDone();

    assertThat(changes(incident.id()))
        .containsExactly(Change.OPENED, Change.ACKNOWLEDGED, Change.RESOLVED);
    TargetRequest acknowledged = place.received.get(1);
    assertThat(acknowledged.by()).isEqualTo("ann");
    assertThat(acknowledged.detail()).isEqualTo("looking");
    assertThat(acknowledged.incident().acknowledgedBy()).isEqualTo("ann");
    assertThat(place.received.get(2).incident().resolvedAt()).isNotNull();
    Delivery delivery =
        deliveries
            .list(new Delivery.Filter("devices", null, null, incident.id(), null, false, null, 9))
            .get(0);
    assertThat(delivery.externalId()).isEqualTo("T-" + incident.id());
    assertThat(delivery.externalUrl()).isEqualTo("https://tickets.example/" + incident.id());
    assertThat(delivery.sent()).isEqualTo(3);
    assertThat(TestingTarget.duplicates(place)).isEmpty();
  }

  @Test
  void inAnyTimeThereAreNoMoreRequestsThanTheLimitAllowsWhateverFails() throws Exception {
    Random random = new Random(7);
    AtomicBoolean isRandom = new AtomicBoolean(true);
    place.answer =
        request -> {
          synchronized (random) {
            int n = isRandom.get() ? random.nextInt(10) : 9;
            return n == 0 ? new Retry("503", null) : n == 1 ? new Unknown("no answer") : null;
          }
        };
    DeliveryTarget target = target(true, limits(50, 4, PATIENCE));
    StateDatabase other = state.open();
    opened.add(other);
    worker(target, "one", state.database());
    worker(target, "two", other);
    for (int i = 0; i < 40; i++) {
      intake.fires(alert("offline", "d-" + i, 1));
    }
    untilDone();
    isRandom.set(false);

    List<Long> at = new ArrayList<>(place.requestedAt);
    at.sort(null);
    assertThat(at.size()).isGreaterThanOrEqualTo(80);
    // The margin of each interval is 1 ms; threads may be late by more on a busy machine, so this
    // looks at times that are long beside that. The budget itself is looked at below.
    for (int first = 0; first < at.size(); first++) {
      for (int last = first; last < at.size(); last++) {
        double seconds = (at.get(last) - at.get(first)) / 1e9 + 0.1;
        assertThat(last - first + 1).isLessThanOrEqualTo((int) (50 * seconds + 1));
      }
    }
    assertThat(place.violations).isEmpty();
    assertThat(place.tickets).hasSize(40);
    assertThat(TestingTarget.duplicates(place)).isEmpty();
  }

  @Test
  void theBudgetGivesNothingBeforeItsTimeAndIsKeptOverARestart() throws Exception {
    DeliveryTarget target = target(true, limits(2, 1, PATIENCE));
    new DeliveryRows(state.database(), target).prepare();
    List<Long> given = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      // A new budget each time, on a new pool: nothing is remembered but by PostgreSQL.
      try (StateDatabase own = state.open()) {
        new TargetBudget(own, target, null).take();
        given.add(
            Long.parseLong(
                state
                    .texts(
                        "select round(extract(epoch from next_request_at) * 1000000) from"
                            + " target_state")
                    .get(0)));
      }
    }
    for (int i = 1; i < given.size(); i++) {
      assertThat(given.get(i) - given.get(i - 1)).isGreaterThanOrEqualTo(510_000);
    }
  }

  @Test
  void aRequestThatWaitsForTheOneBeforeItTakesNoTurnMeanwhile() throws Exception {
    DeliveryTarget target = target(true, limits(50, 2, PATIENCE));
    new DeliveryRows(state.database(), target).prepare();
    HttpBudget.Departure slow = new TargetBudget(state.database(), target, null).depart();
    List<String> turn = state.texts("select next_request_at from target_state");
    CompletableFuture<Void> next = takeElsewhere(target);
    Thread.sleep(500); // many intervals, in which others may send

    assertThat(next).isNotDone();
    assertThat(state.texts("select next_request_at from target_state")).isEqualTo(turn);
    slow.isOver();
    next.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(state.texts("select next_request_at from target_state")).isNotEqualTo(turn);
  }

  @Test
  void whoStopsToWaitForItsTurnKeepsNobodyBack() throws Exception {
    DeliveryTarget target = target(true, limits(50, 2, PATIENCE));
    new DeliveryRows(state.database(), target).prepare();
    state.update("update target_state set not_before = clock_timestamp() + interval '1 hour'");
    Thread stops =
        new Thread(
            () ->
                assertThatThrownBy(new TargetBudget(state.database(), target, null)::take)
                    .isInstanceOf(InterruptedException.class));
    stops.start();
    Thread.sleep(200);
    stops.interrupt();
    stops.join(PATIENCE.toMillis());
    state.update("update target_state set not_before = null");

    takeElsewhere(target).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static CompletableFuture<Void> takeElsewhere(DeliveryTarget target) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            new TargetBudget(state.database(), target, null).take();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aHundredChangesWhileTheTargetIsDownAreOneRequest() throws Exception {
    AtomicBoolean isDown = new AtomicBoolean(true);
    place.answer = request -> isDown.get() ? new Retry("connection refused", null) : null;
    worker(target(true, limits(1_000, 2, PATIENCE)));
    intake.fires(alert("offline", "d-1", 1));
    String id = intake.only().id();
    for (int i = 0; i < 100; i++) {
      intake.incidents().act(id, Action.NOTE, "ann", "note " + i);
    }
    until(() -> place.received.stream().anyMatch(request -> request.version() == 101));
    isDown.set(false); // what is under way from now on knows all changes
    untilDone();

    assertThat(place.tickets).hasSize(1);
    TargetRequest last = place.received.get(place.received.size() - 1);
    assertThat(last.version()).isEqualTo(101);
    assertThat(last.change()).isEqualTo(Change.OPENED);
    assertThat(last.attempt()).isGreaterThan(1);
    int failed = (int) place.received.stream().filter(r -> r.version() < 101).count();
    assertThat(place.received.stream().filter(r -> r.version() == 101).count() + failed)
        .isEqualTo(place.received.size());
    assertThat(place.created.values()).containsExactly(1);
  }

  @Test
  void aTargetThatWantsEveryChangeGetsThemInOrderWhateverFails() throws Exception {
    Random random = new Random(3);
    List<String> arrived = Collections.synchronizedList(new ArrayList<>());
    place.answer =
        request -> {
          synchronized (random) {
            if (random.nextInt(4) == 0) {
              return new Retry("500", null);
            }
          }
          arrived.add(request.incident().groupKey() + " " + request.version());
          return null;
        };
    worker(target(false, limits(1_000, 4, PATIENCE)));
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      intake.fires(alert("offline", "d-" + i, 1));
    }
    for (Incident incident : intake.all()) {
      for (int i = 0; i < 10; i++) {
        intake.incidents().act(incident.id(), Action.NOTE, "ann", "note " + i);
      }
      for (int version = 1; version <= 11; version++) {
        expected.add(incident.groupKey() + " " + version);
      }
    }
    untilDone();

    for (Incident incident : intake.all()) {
      assertThat(arrived.stream().filter(one -> one.startsWith(incident.groupKey() + " ")))
          .containsExactlyElementsOf(
              expected.stream().filter(e -> e.startsWith(incident.groupKey() + " ")).toList());
    }
    assertThat(place.violations).isEmpty();
    assertThat(place.mostAtOnce.get()).isLessThanOrEqualTo(4);
  }

  @Test
  void anUnknownOutcomeIsLookedUpAndMakesNoSecondTicket() throws Exception {
    AtomicBoolean answers = new AtomicBoolean();
    place.answer = request -> answers.getAndSet(true) ? null : new Unknown("timed out");
    worker(target(true, limits(1_000, 1, PATIENCE)));
    intake.fires(alert("offline", "d-1", 1));
    untilDone();

    assertThat(place.received).hasSize(2);
    assertThat(place.received.get(1).unsettled()).isTrue();
    assertThat(place.received.get(1).id()).isEqualTo(place.received.get(0).id());
    assertThat(place.created.values()).containsExactly(1);
  }

  @Test
  void afterAKillWhatWasUnderWayIsTriedAgainAsUnsettled() throws Exception {
    DeliveryTarget target = target(true, limits(1_000, 1, PATIENCE));
    intake.fires(alert("offline", "d-1", 1));
    DeliveryRows rows = new DeliveryRows(state.database(), target);
    rows.prepare();
    Claim claim = rows.claim("one/dead").orElseThrow();
    assertThat(rows.claim("two/other")).isEmpty();

    worker(target);
    untilDone();
    assertThat(place.received.get(0).unsettled()).isTrue();
    assertThat(place.received.get(0).attempt()).isEqualTo(2);

    // Who was taken for dead may send nothing any more, and writes nothing down.
    TargetBudget late = new TargetBudget(state.database(), target, claim);
    assertThatThrownBy(late::take)
        .isInstanceOf(DeliveryLostException.class)
        .hasMessage("Delivery 1 to devices.log was taken over by another worker");
    assertThat(rows.delivered(claim, "X", "")).isFalse();
    assertThatThrownBy(() -> new DeliveryMemory(state.database(), claim).put("ticket", "X"))
        .isInstanceOf(DeliveryLostException.class);
  }

  @Test
  void whatIsTooOldIsADeadLetterWithItsCauseAndIsRedriven() throws Exception {
    AtomicBoolean isDown = new AtomicBoolean(true);
    place.answer = request -> isDown.get() ? new Retry("503 from the proxy", null) : null;
    worker(target(true, limits(1_000, 1, Duration.ofMillis(50))));
    intake.fires(alert("offline", "d-1", 1));
    untilDone();

    Delivery.Detail dead = deliveries.show(1);
    assertThat(dead.delivery().state()).isEqualTo(Delivery.State.DEAD);
    assertThat(dead.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.cause())
                  .isEqualTo("not delivered within PT0.05S; at last: 503 from the proxy");
              assertThat(letter.version()).isEqualTo(1);
              assertThat(letter.attempts()).isGreaterThan(1);
            });
    isDown.set(false);
    Delivery.Detail redriven = deliveries.redrive(1, "ann");
    assertThat(redriven.deadLetters().get(0).redrivenBy()).isEqualTo("ann");
    untilDone();
    assertThat(deliveries.show(1).delivery().state()).isEqualTo(Delivery.State.DONE);
    assertThat(place.tickets).hasSize(1);
    assertThatThrownBy(() -> deliveries.redrive(1, "ann"))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "Delivery 1 is done; nothing of it was given up. `leat delivery list --dead` shows what"
                + " was.");
  }

  @Test
  void whileATargetDoesNotLetLeatInItIsHardlyAskedAndNothingIsGivenUp() throws Exception {
    AtomicBoolean isLocked = new AtomicBoolean(true);
    place.answer = request -> isLocked.get() ? new Blocked("401: check 'auth'") : null;
    worker(target(true, limits(1_000, 2, PATIENCE)));
    for (int i = 0; i < 20; i++) {
      intake.fires(alert("offline", "d-" + i, 1));
    }
    until(() -> place.received.size() > 3);
    String errors = "select distinct error from delivery where error is not null";
    until(() -> !state.texts(errors).isEmpty());
    assertThat(state.texts(errors)).containsExactly("401: check 'auth'");
    isLocked.set(false);
    untilDone();

    assertThat(place.tickets).hasSize(20);
    assertThat(state.texts("select cause from dead_letter")).isEmpty();
    // Two at once, of two requests each, and then one behind each pause.
    List<Long> at = new ArrayList<>(place.requestedAt);
    at.sort(null);
    assertThat(at.get(6) - at.get(0)).isGreaterThan(Duration.ofMillis(20).toNanos());
  }

  @Test
  void whatATargetDoesNotLetInForTooLongIsGivenUp() throws Exception {
    place.answer = request -> new Blocked("there is no secret 'log'");
    worker(target(true, limits(1_000, 1, Duration.ofMillis(50))));
    intake.fires(alert("offline", "d-1", 1));
    untilDone();

    assertThat(deliveries.show(1).deadLetters())
        .extracting(Delivery.DeadLetter::cause)
        .containsExactly("not delivered within PT0.05S; at last: there is no secret 'log'");
  }

  @Test
  void whatBeganAndEndedInASilenceIsNotToldToWhoWantsEveryChange() throws Exception {
    worker(target(false, limits(1_000, 1, PATIENCE)));
    silence(Duration.ofMinutes(5));
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    intake.passSeconds(360);
    intake.fires(alert("offline", "d-1", 2));
    untilDone();

    assertThat(intake.history(intake.only())).containsExactly("OPENED", "RESOLVED*", "REOPENED*");
    assertThat(place.received)
        .extracting(TargetRequest::version, TargetRequest::change)
        .containsExactly(tuple(3L, Change.OPENED));
  }

  @Test
  void theEndOfWhatOpenedAgainInASilenceIsNotToldToWhoWantsEveryChange() throws Exception {
    AtomicBoolean isDown = new AtomicBoolean(true);
    place.answer = request -> isDown.get() ? new Retry("connection refused", null) : null;
    worker(target(false, limits(1_000, 1, PATIENCE)));
    intake.fires(alert("offline", "d-1", 1));
    intake.isOver(alert("offline", "d-1", 1));
    intake.passSeconds(660);
    silence(Duration.ofMinutes(5));
    intake.fires(alert("offline", "d-1", 2));
    intake.isOver(alert("offline", "d-1", 2));
    intake.passSeconds(660);
    intake.fires(alert("offline", "d-1", 3));
    isDown.set(false);
    untilDone();

    assertThat(intake.history(intake.only()))
        .containsExactly("OPENED*", "RESOLVED*", "REOPENED", "RESOLVED*", "REOPENED*");
    assertThat(place.received.stream().map(TargetRequest::version).distinct())
        .containsExactly(1L, 2L, 5L);
  }

  private void silence(Duration time) {
    intake
        .silences()
        .create(
            "devices",
            List.of(new AlertMatcher("key", AlertMatcher.Operation.EQUALS, List.of("d-1"))),
            "ann",
            "works on the mains",
            intake.instant(),
            intake.instant().plus(time));
  }

  @Test
  void aRefusedChangeDoesNotKeepBackTheOthersAndIsRedrivenByItself() throws Exception {
    AtomicBoolean refuses = new AtomicBoolean(true);
    place.answer =
        request ->
            request.version() == 2 && refuses.get() ? new Refused("400: text too long") : null;
    worker(target(false, limits(1_000, 1, PATIENCE)));
    intake.fires(alert("offline", "d-1", 1));
    String id = intake.only().id();
    intake.incidents().act(id, Action.NOTE, "ann", "very long");
    intake.incidents().act(id, Action.NOTE, "ann", "short");
    untilDone();

    assertThat(deliveries.show(1).delivery().state()).isEqualTo(Delivery.State.DONE);
    assertThat(deliveries.show(1).deadLetters())
        .extracting(Delivery.DeadLetter::version, Delivery.DeadLetter::cause)
        .containsExactly(tuple(2L, "400: text too long"));
    refuses.set(false);
    assertThat(deliveries.redriveAll("devices", "log", "ann")).isEqualTo(1);
    untilDone();
    assertThat(place.received.stream().map(TargetRequest::version)).containsExactly(1L, 2L, 3L, 2L);
  }

  @Test
  void aPausedTargetIsAskedNothingAndThePauseMakesNothingOld() throws Exception {
    DeliveryTarget target = target(true, limits(1_000, 1, Duration.ofMillis(300)));
    place.answer = request -> place.requests() < 4 ? new Retry("500", null) : null;
    deliveries.pause(target, "ann", "moving house");
    worker(target);
    intake.fires(alert("offline", "d-1", 1));
    Thread.sleep(500);
    assertThat(place.requests()).isZero();
    TargetStatus paused = deliveries.targets(List.of(target)).get(0);
    assertThat(paused.pausedBy()).isEqualTo("ann");
    assertThat(paused.pausedReason()).isEqualTo("moving house");
    assertThat(paused.waiting()).isEqualTo(1);

    deliveries.resume(target);
    untilDone();
    assertThat(deliveries.targets(List.of(target)).get(0).deadLetters()).isZero();
    assertThat(place.tickets).hasSize(1);
  }

  @Test
  void theTimeThatATargetAsksForIsWaited() throws Exception {
    AtomicBoolean asked = new AtomicBoolean();
    place.answer =
        request -> asked.getAndSet(true) ? null : new Retry("429", Duration.ofMillis(800));
    DeliveryTarget target = target(true, limits(1_000, 2, PATIENCE));
    worker(target);
    intake.fires(alert("offline", "d-1", 1));
    until(asked::get);
    until(() -> !state.texts("select error from delivery where error is not null").isEmpty());
    assertThat(deliveries.targets(List.of(target)).get(0).failure()).isEqualTo("429");
    intake.fires(alert("offline", "d-2", 1));
    untilDone();

    assertThat(deliveries.targets(List.of(target)).get(0).failure()).isNull();
    // Nobody was asked meanwhile, not even about something else.
    List<Long> at = new ArrayList<>(place.requestedAt);
    long longest = 0;
    for (int i = 1; i < at.size(); i++) {
      longest = Math.max(longest, at.get(i) - at.get(i - 1));
    }
    assertThat(longest).isGreaterThanOrEqualTo(Duration.ofMillis(790).toNanos());
    assertThat(place.tickets).hasSize(2);
  }

  @Test
  void whatPeopleChangeAtTheTargetComesBackOnceItKnowsThePresentState() throws Exception {
    DeliveryTarget target = target(true, limits(1_000, 1, PATIENCE));
    ExternalChanges changes = new ExternalChanges(state.database(), intake.incidents());
    intake.fires(alert("offline", "d-1", 1));
    Incident incident = intake.only();
    ExternalChange resolved =
        new ExternalChange(incident.id(), State.RESOLVED, "bob", "mended", intake.instant());

    assertThat(changes.apply(target, List.of(resolved), changes.now(), Map.of())).isZero();
    worker(target);
    untilDone();
    place.changes = List.of(resolved);
    TargetPoller poller =
        new TargetPoller(state.database(), target, changes, Duration.ofMillis(50));
    opened.add(poller);
    poller.start();
    until(() -> !intake.only().state().isOpen());

    assertThat(intake.only().state().actor()).isEqualTo("log: bob");
    untilDone();
    until(
        () ->
            Integer.parseInt(state.texts("select memory ->> 'cursor' from target_state").get(0))
                > 2);
    assertThat(intake.history(intake.only())).containsExactly("OPENED*", "RESOLVED*");
  }

  @Test
  void whoRefusesToTellIsAskedEverLessOftenUntilItTells() throws Exception {
    place.changes = List.of();
    place.refusesToTell = true;
    Limits patient =
        new Limits(
            1_000,
            Duration.ofSeconds(1),
            1,
            Duration.ofMillis(200),
            Duration.ofMillis(20),
            Duration.ofHours(1),
            PATIENCE);
    DeliveryTarget target = target(true, patient);
    TargetPoller poller =
        new TargetPoller(
            state.database(),
            target,
            new ExternalChanges(state.database(), intake.incidents()),
            Duration.ofMillis(20));
    opened.add(poller);
    poller.start();
    until(() -> place.requests() >= 4);
    List<Long> at = new ArrayList<>(place.requestedAt);
    for (int i = 1; i < 4; i++) {
      assertThat(at.get(i) - at.get(i - 1))
          .isGreaterThanOrEqualTo(Duration.ofMillis((20L << i) - 2).toNanos());
    }

    place.refusesToTell = false;
    int refused = place.requests();
    // With the pause that it had come to, these would take minutes.
    until(() -> place.requests() >= refused + 300);
  }

  @Test
  void whoWorksWhenItIsTestedIsSoonAskedAgain() throws Exception {
    place.changes = List.of();
    DeliveryTarget target = target(true, limits(1_000, 1, PATIENCE));
    deliveries.test(target);
    state.update("update target_state set polled_at = clock_timestamp() + interval '1 hour'");
    TargetPoller poller =
        new TargetPoller(
            state.database(),
            target,
            new ExternalChanges(state.database(), intake.incidents()),
            Duration.ofMillis(20));
    opened.add(poller);
    poller.start();
    Thread.sleep(200);
    assertThat(place.requests()).isEqualTo(1);

    deliveries.test(target);

    until(() -> place.requests() > 3);
  }

  @Test
  void aTestDoesNotWaitForATargetThatAsksForMuchTime() throws Exception {
    DeliveryTarget target = target(true, limits(1, 1, PATIENCE));
    new DeliveryRows(state.database(), target).prepare();
    state.update("update target_state set not_before = clock_timestamp() + interval '1 hour'");

    assertThat(String.valueOf(deliveries.test(target)))
        .matches(
            "Retry\\[reason=its rate, or what it asked for itself, leaves room for the next"
                + " request in 3[56][0-9]{2} s, retryAfter=null]");
    assertThat(place.requests()).isZero();
  }

  @Test
  void whatPeopleChangeComesBackThoughTheNewestStateWasGivenUp() throws Exception {
    DeliveryTarget target = target(true, limits(1_000, 1, PATIENCE));
    ExternalChanges changes = new ExternalChanges(state.database(), intake.incidents());
    intake.fires(alert("offline", "d-1", 1));
    worker(target);
    untilDone();
    state.update("update delivery set state = 'dead'");
    ExternalChange resolved =
        new ExternalChange(intake.only().id(), State.RESOLVED, "bob", "mended", intake.instant());

    assertThat(changes.apply(target, List.of(resolved), changes.now(), Map.of())).isEqualTo(1);
    assertThat(intake.only().state().isOpen()).isFalse();
  }

  @Test
  void aTestOfATargetCountsAgainstItsLimit() throws Exception {
    DeliveryTarget target = target(true, limits(1, 1, PATIENCE));
    deliveries.test(target);
    assertThat(
            state.texts(
                "select next_request_at > clock_timestamp() - interval '10 s' from target_state"))
        .containsExactly("t");
    assertThat(place.requests()).isEqualTo(1);
  }
}
