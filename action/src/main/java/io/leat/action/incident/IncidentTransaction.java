package io.leat.action.incident;

import io.leat.action.incident.TakenCounts.Outcome;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.FiringSet;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes incidents of a blueprint in one transaction: reads what is needed at once, decides in
 * memory, writes at once. Nobody else changes incidents of the blueprint meanwhile. Owned by one
 * thread.
 */
final class IncidentTransaction {
  private final Connection connection;
  private final String blueprint;
  private final IncidentRules rules;
  private final Outbox outbox;
  private final Instant now;
  private final TakenCounts counts = new TakenCounts();
  private final ActiveSilences silences;
  private final Map<String, StoredAlert> alerts = new HashMap<>();
  private final Set<String> changedAlerts = new LinkedHashSet<>();
  private final Map<String, WorkingIncident> incidents = new LinkedHashMap<>();
  private final Map<String, WorkingIncident> byGroup = new HashMap<>();

  IncidentTransaction(
      Connection connection,
      String blueprint,
      IncidentRules rules,
      Outbox outbox,
      InstantSource clock)
      throws SQLException {
    IncidentRows.lock(connection, blueprint); // which may take long
    this.connection = connection;
    this.blueprint = blueprint;
    this.rules = rules;
    this.outbox = outbox;
    this.now = Sql.micros(clock.instant());
    this.silences = new ActiveSilences(SilenceRows.active(connection, blueprint, now));
  }

  /** When all of it happens. */
  Instant now() {
    return now;
  }

  TakenCounts counts() {
    return counts;
  }

  /** Takes in what detectors said, in its order. */
  void take(List<DetectorReport> reports) throws SQLException {
    List<Alert> waiting = new ArrayList<>();
    for (DetectorReport report : reports) {
      if (report instanceof DetectorReport.OfAlert of) {
        waiting.add(of.alert());
      } else if (report instanceof DetectorReport.OfFiringSet of) {
        takeAlerts(waiting);
        waiting.clear();
        take(of.set());
      }
    }
    takeAlerts(waiting);
    write();
  }

  private void takeAlerts(List<Alert> all) throws SQLException {
    if (all.isEmpty()) {
      return;
    }
    Map<String, String> groups = new HashMap<>();
    for (Alert alert : all) {
      groups.put(alert.id(), group(alert));
    }
    load(AlertRows.find(connection, blueprint, missing(groups.keySet())), groups.values());
    for (Alert alert : all) {
      StoredAlert known = alerts.get(alert.id());
      if (alert.state() == Alert.State.RESOLVED) {
        takeResolved(alert, known);
      } else if (known == null) {
        fire(alert, null);
      } else {
        takeFiring(alert, known);
      }
    }
  }

  private Set<String> missing(Collection<String> ids) {
    Set<String> missing = new HashSet<>(ids);
    missing.removeAll(alerts.keySet());
    return missing;
  }

  private String group(Alert alert) {
    return GroupKey.of(alert, rules.groupBy(alert.detector()));
  }

  /** Has these alerts, their incidents, and the present incidents of groups at hand. */
  private void load(List<StoredAlert> found, Collection<String> groups) throws SQLException {
    found.forEach(alert -> alerts.put(alert.fired().id(), alert));
    Set<String> newGroups = new HashSet<>(groups);
    newGroups.removeAll(byGroup.keySet());
    Map<String, Incident> read = new LinkedHashMap<>();
    List<Incident> present =
        newGroups.isEmpty() ? List.of() : IncidentRows.ofGroups(connection, blueprint, newGroups);
    present.forEach(one -> read.put(one.id(), one));
    Set<String> others = new HashSet<>();
    found.forEach(alert -> others.add(alert.incident()));
    others.removeAll(read.keySet());
    others.removeAll(incidents.keySet());
    if (!others.isEmpty()) {
      IncidentRows.find(connection, others).forEach(one -> read.put(one.id(), one));
    }
    work(read.values());
    for (Incident one : present) {
      byGroup.put(one.groupKey(), Objects.requireNonNull(incidents.get(one.id())));
    }
  }

  /** Has these incidents at hand. */
  void work(Collection<Incident> read) throws SQLException {
    Set<String> ids = new HashSet<>();
    read.forEach(one -> ids.add(one.id()));
    ids.removeAll(incidents.keySet());
    if (ids.isEmpty()) {
      return;
    }
    Map<String, Set<String>> targets = outbox.targets(connection, ids);
    for (Incident one : read) {
      if (ids.contains(one.id())) {
        incidents.put(
            one.id(),
            new WorkingIncident(
                one, targets.getOrDefault(one.id(), Set.of()), rules.policy(), now));
      }
    }
  }

  /** One that is at hand. */
  WorkingIncident incident(String id) {
    return Objects.requireNonNull(incidents.get(id), id);
  }

  private void takeResolved(Alert alert, @Nullable StoredAlert known) {
    if (known == null) {
      counts.count(Outcome.UNMATCHED);
    } else if (known.isFiring()) {
      counts.count(Outcome.RESOLVED);
      end(known, alert, alert.generation(), "is over: " + alert.summary(), at(alert));
    } else if (known.isAbsent()) {
      counts.count(Outcome.REPEATED); // said now what was concluded before
      put(known.over(alert, alert.generation()));
    } else {
      repeat(alert, known);
    }
  }

  private void takeFiring(Alert alert, StoredAlert known) throws SQLException {
    Alert before = known.fired();
    if (!known.isFiring()) {
      // Read again after a restore, as its end will be; unless its end was only a conclusion.
      if (known.isAbsent() && alert.generation() > known.generation()) {
        fire(alert, known);
      } else {
        repeat(alert, known);
      }
    } else if (before.severity() != alert.severity() || !before.summary().equals(alert.summary())) {
      counts.count(Outcome.CHANGED);
      incident(known.incident()).changes(before, alert, rules.router().targets(alert), at(alert));
      put(
          new StoredAlert(
              known.incident(),
              true,
              Math.max(known.generation(), alert.generation()),
              alert,
              null,
              false,
              known.silence()));
    } else {
      repeat(alert, known);
    }
  }

  private void repeat(Alert alert, StoredAlert known) {
    counts.count(Outcome.REPEATED);
    if (alert.generation() > known.generation()) {
      put(known.withGeneration(alert.generation()));
    }
  }

  /**
   * An episode begins, or one goes on that was taken to be over.
   *
   * @param known as it was; null when it is new
   */
  private void fire(Alert alert, @Nullable StoredAlert known) throws SQLException {
    counts.count(Outcome.FIRED);
    Instant at = at(alert);
    String group = group(alert);
    WorkingIncident incident = byGroup.get(group);
    if (incident == null || !incident.takes(at)) {
      incident = open(alert, group, at);
    }
    Long silence = silences.of(alert);
    boolean isAgain = known != null && known.incident().equals(incident.id());
    incident.fires(alert, silence != null, rules.router().targets(alert), isAgain, at);
    put(new StoredAlert(incident.id(), true, alert.generation(), alert, null, false, silence));
  }

  private WorkingIncident open(Alert alert, String group, Instant at) throws SQLException {
    int nth = 0;
    String id = GroupKey.incidentId(blueprint, group, alert.id(), nth);
    while (incidents.containsKey(id) || IncidentRows.find(connection, id).isPresent()) {
      id = GroupKey.incidentId(blueprint, group, alert.id(), ++nth);
    }
    WorkingIncident opened = new WorkingIncident(id, group, alert, rules.policy(), at, now);
    incidents.put(id, opened);
    byGroup.put(group, opened);
    return opened;
  }

  private void end(
      StoredAlert known, @Nullable Alert last, long generation, String why, Instant at) {
    incident(known.incident()).isOver(known.fired(), known.silence() != null, why, at);
    put(known.over(last, generation));
  }

  private void take(FiringSet set) throws SQLException {
    write();
    FiringSetRows.keep(connection, set);
    OptionalLong reached = FiringSetRows.reached(connection, set);
    if (reached.isEmpty()) {
      return;
    }
    // First what fires on, so that of the older ones only those are left that nobody has.
    FiringSetRows.raise(connection, set);
    AlertRows.firingBefore(
        connection, blueprint, set.detector(), reached.getAsLong(), this::endAbsent);
    FiringSetRows.toldThoughOver(connection, set, this::fireAgain);
  }

  private void endAbsent(List<StoredAlert> gone) throws SQLException {
    load(gone, List.of());
    for (StoredAlert alert : gone) {
      counts.count(Outcome.ABSENT);
      end(alert, null, alert.generation(), "is over: no task had it after a restore", now);
    }
    write();
  }

  private void fireAgain(List<FiringSetRows.Told> told) throws SQLException {
    List<StoredAlert> over = told.stream().map(FiringSetRows.Told::alert).toList();
    load(over, over.stream().map(alert -> group(alert.fired())).toList());
    for (FiringSetRows.Told one : told) {
      Alert fired = one.alert().fired();
      fire(fired, one.alert());
      put(Objects.requireNonNull(alerts.get(fired.id())).withGeneration(one.generation()));
    }
    write();
  }

  /**
   * Ends alerts of detectors that the blueprint does not have any more: nobody else would.
   *
   * @param most how many
   * @return how many
   */
  int retire(int most) throws SQLException {
    List<StoredAlert> left =
        AlertRows.firingOfOthers(connection, blueprint, rules.groupBy().keySet(), most);
    load(left, List.of());
    for (StoredAlert alert : left) {
      counts.count(Outcome.ABSENT);
      end(
          alert,
          null,
          alert.generation(),
          "is over: the detector " + alert.fired().detector() + " is not declared any more",
          now);
    }
    return left.size();
  }

  /** Looks through all alerts that fire, because silences began or ended. */
  void silenceAnew() throws SQLException {
    // Of an incident it is known only at the end how many more are silenced: else a page with some
    // of its alerts could make it heard for a moment.
    Map<String, Integer> more = new LinkedHashMap<>();
    AlertRows.firing(connection, blueprint, page -> silenceAnew(page, more));
    more.values().removeIf(change -> change == 0);
    List<String> ids = List.copyOf(more.keySet());
    for (int from = 0; from < ids.size(); from += AlertRows.PAGE) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + AlertRows.PAGE));
      work(IncidentRows.find(connection, some));
      some.forEach(id -> incident(id).silences(Objects.requireNonNull(more.get(id)), now));
      write();
    }
  }

  /**
   * Some of the alerts that fire.
   *
   * @param more how many more of an incident's alerts are silenced, or fewer; is added to
   */
  private void silenceAnew(List<StoredAlert> firing, Map<String, Integer> more)
      throws SQLException {
    Map<String, @Nullable Long> changed = new LinkedHashMap<>();
    for (StoredAlert alert : firing) {
      Long silence = silences.of(alert.fired());
      if (!Objects.equals(silence, alert.silence())) {
        changed.put(alert.fired().id(), silence);
        int change = (silence == null ? 0 : 1) - (alert.silence() == null ? 0 : 1);
        more.merge(alert.incident(), change, Integer::sum);
      }
    }
    AlertRows.silence(connection, blueprint, changed);
  }

  private void put(StoredAlert alert) {
    alerts.put(alert.fired().id(), alert);
    changedAlerts.add(alert.fired().id());
  }

  /** The processor's clock, but never the future's. */
  private Instant at(Alert alert) {
    Instant at = Sql.micros(alert.detectedAt());
    return at.isAfter(now) ? now : at;
  }

  /** Writes all that was changed, and forgets it. */
  void write() throws SQLException {
    List<WorkingIncident> dirty =
        incidents.values().stream().filter(WorkingIncident::isDirty).toList();
    IncidentRows.write(connection, dirty);
    List<StoredAlert> stored = new ArrayList<>();
    changedAlerts.forEach(id -> stored.add(Objects.requireNonNull(alerts.get(id))));
    AlertRows.write(connection, stored, now);
    List<Outbox.Routing> routings = new ArrayList<>();
    List<Outbox.Telling> tellings = new ArrayList<>();
    for (WorkingIncident one : dirty) {
      one.output().entries().forEach(entry -> counts.count(entry.change()));
      routings.addAll(one.output().routings());
      tellings.addAll(one.output().tellings());
    }
    outbox.write(connection, routings, tellings);
    alerts.clear();
    changedAlerts.clear();
    incidents.clear();
    byGroup.clear();
  }
}
