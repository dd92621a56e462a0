package io.leat.action;

import io.leat.action.delivery.DeliveryOutbox;
import io.leat.action.incident.AlertRouter;
import io.leat.action.incident.HistoryEntry;
import io.leat.action.incident.Incident;
import io.leat.action.incident.IncidentFilter;
import io.leat.action.incident.IncidentRules;
import io.leat.action.incident.Incidents;
import io.leat.action.incident.Silences;
import io.leat.action.intake.AlertRecord;
import io.leat.action.intake.IntakePartition;
import io.leat.action.intake.IntakeTransaction;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.FiringSet;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.state.StateDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What takes alerts in, on a clock that a test moves. */
public final class TestingIntake implements InstantSource {
  public static final IntakePartition PARTITION = new IntakePartition("devices", 0, 1);

  private static final Map<String, List<String>> DECLARED =
      Map.of("offline", List.of("detector", "key"), "hot", List.of("detector", "key"));

  private final IntakeTransaction transaction;
  private final Incidents incidents;
  private final Silences silences;
  private final DeliveryOutbox outbox = new DeliveryOutbox();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private volatile boolean runsOn;
  private volatile Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private volatile IncidentRules rules =
      new IncidentRules(
          new IncidentPolicy(
              Duration.ofMinutes(30),
              Duration.ofHours(24),
              Duration.ofDays(400),
              5,
              Duration.ofMinutes(10),
              List.of()),
          DECLARED,
          alert -> Set.of("log"));

  public TestingIntake(StateDatabase database) {
    incidents = new Incidents(database, outbox, blueprint -> rules, this, registry);
    transaction = new IntakeTransaction(database, incidents, this, registry);
    silences = new Silences(database, blueprint -> rules, this);
  }

  /** Who asks next is told this time, and who asks then a second more. */
  public void runOnAfterTheNext() {
    runsOn = true;
  }

  @Override
  public Instant instant() {
    Instant told = now;
    if (runsOn) {
      runsOn = false;
      now = told.plusSeconds(1);
    }
    return told;
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  public void passSeconds(long seconds) {
    pass(Duration.ofSeconds(seconds));
    incidents.passTime("devices");
  }

  public void policy(IncidentPolicy policy) {
    rules = new IncidentRules(policy, rules.groupBy(), rules.router());
  }

  public void groupBy(String detector, String... fields) {
    Map<String, List<String>> groupBy = new HashMap<>(rules.groupBy());
    groupBy.put(detector, List.of(fields));
    rules = new IncidentRules(rules.policy(), groupBy, rules.router());
  }

  /** The blueprint has this detector no more. */
  public void remove(String detector) {
    Map<String, List<String>> groupBy = new HashMap<>(rules.groupBy());
    groupBy.remove(detector);
    rules = new IncidentRules(rules.policy(), groupBy, rules.router());
  }

  public void route(AlertRouter router) {
    rules = new IncidentRules(rules.policy(), rules.groupBy(), router);
  }

  public void fires(TestingAlerts... alerts) {
    List<Alert> all = new ArrayList<>();
    for (TestingAlerts alert : alerts) {
      all.add(alert.firing(now));
    }
    say(all);
  }

  public void isOver(TestingAlerts... alerts) {
    List<Alert> all = new ArrayList<>();
    for (TestingAlerts alert : alerts) {
      all.add(alert.resolved(now));
    }
    say(all);
  }

  public void say(List<Alert> alerts) {
    long next = transaction.nextOffset(PARTITION);
    List<AlertRecord> records = new ArrayList<>();
    for (Alert alert : alerts) {
      records.add(record(next + records.size(), alert));
    }
    transaction.take(PARTITION, next, records);
  }

  public void say(FiringSet set) {
    long next = transaction.nextOffset(PARTITION);
    transaction.take(
        PARTITION,
        next,
        List.of(new AlertRecord(next, AlertJson.FIRING_SET, AlertJson.encode(set))));
  }

  public static AlertRecord record(long offset, Alert alert) {
    return new AlertRecord(offset, AlertJson.type(alert.state()), AlertJson.encode(alert));
  }

  public IntakeTransaction transaction() {
    return transaction;
  }

  public Incidents incidents() {
    return incidents;
  }

  public Silences silences() {
    return silences;
  }

  public DeliveryOutbox outbox() {
    return outbox;
  }

  public SimpleMeterRegistry registry() {
    return registry;
  }

  /** All, the oldest first. */
  public List<Incident> all() {
    List<Incident> all =
        new ArrayList<>(
            incidents.list(new IncidentFilter(Set.of(), null, null, null, null, null, 1_000)));
    java.util.Collections.reverse(all);
    return all;
  }

  public Incident only() {
    List<Incident> all = all();
    if (all.size() != 1) {
      throw new AssertionError("not one incident: " + all);
    }
    return all.get(0);
  }

  /** {@code OPENED*}, with a star if targets are told. */
  public List<String> history(Incident incident) {
    return incidents.show(incident.id(), 1_000).history().stream()
        .map((HistoryEntry entry) -> entry.change() + (entry.isTold() ? "*" : ""))
        .toList();
  }
}
