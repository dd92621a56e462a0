package io.leat.action.incident;

import io.leat.action.target.ExternalChange;
import io.leat.action.target.TargetIncident.State;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * All incidents: what alerts make of them, what people do, and the passing of time. Thread-safe;
 * blocks. Several processes may do so at once.
 */
public final class Incidents {
  private static final int AT_A_TIME = 500;

  private final StateDatabase database;
  private final Outbox outbox;
  private final Function<String, IncidentRules> rules;
  private final InstantSource clock;
  private final MeterRegistry registry;

  /**
   * @param rules of the blueprint of this name, as they are now
   */
  public Incidents(
      StateDatabase database,
      Outbox outbox,
      Function<String, IncidentRules> rules,
      InstantSource clock,
      MeterRegistry registry) {
    this.database = database;
    this.outbox = outbox;
    this.rules = rules;
    this.clock = clock;
    this.registry = registry;
  }

  /** What somebody may do to an incident. */
  public enum Action {
    /** To say that one looks after it. */
    ACKNOWLEDGE,
    /** To no longer look after it. */
    GIVE_BACK,
    /** To say that it is over. Alerts that fire on do not open it again; new ones do. */
    RESOLVE,
    REOPEN,
    /** To be done with a resolved one for good. */
    CLOSE,
    NOTE;

    /** As routes and messages have it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * Takes in what detectors of a blueprint said, in the caller's transaction. When that is
   * committed, {@link #committed} has to be called.
   */
  public TakenCounts take(Connection connection, String blueprint, List<DetectorReport> reports)
      throws SQLException {
    IncidentTransaction transaction = begin(connection, blueprint);
    transaction.take(reports);
    return transaction.counts();
  }

  /**
   * Has all others wait that change incidents of a blueprint, until the transaction ends; it is to
   * be short.
   */
  public static void lock(Connection connection, String blueprint) throws SQLException {
    IncidentRows.lock(connection, blueprint);
  }

  /** What {@link #take} did is committed: it is counted, and whoever delivers may look. */
  public void committed(String blueprint, TakenCounts counts) {
    counts
        .alerts()
        .forEach(
            (outcome, count) ->
                registry
                    .counter(
                        "leat_alerts_taken_total",
                        "blueprint",
                        blueprint,
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT))
                    .increment(count));
    counts
        .changes()
        .forEach(
            (change, count) ->
                registry
                    .counter(
                        "leat_incident_changes_total",
                        "blueprint",
                        blueprint,
                        "change",
                        change.text())
                    .increment(count));
    if (!counts.changes().isEmpty()) {
      outbox.committed();
    }
  }

  /**
   * Somebody does something to an incident.
   *
   * @param actor a client's name
   * @param text why, or the note; may be empty but for a note
   * @return as it is then
   * @throws LeatException NOT_FOUND; CONFLICT when its state does not allow that, with what would
   */
  public Incident act(String id, Action action, String actor, String text) {
    if (action == Action.NOTE && text.isBlank()) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "A note needs a 'text'");
    }
    return change(
        id,
        "change an incident",
        (connection, transaction, incident) -> {
          requireLegal(connection, incident, action);
          perform(transaction.incident(id), action, actor, text);
        });
  }

  /**
   * Somebody changed an incident at a target.
   *
   * @param connection in whose transaction
   * @param target its name, for the history
   * @return whether there was anything to change; when so, {@link #committed} has to be called
   */
  public Optional<TakenCounts> apply(Connection connection, String target, ExternalChange change)
      throws SQLException {
    Optional<Incident> found = IncidentRows.find(connection, change.incident());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    IncidentTransaction transaction = begin(connection, found.get().blueprint());
    Incident incident = IncidentRows.find(connection, change.incident()).orElseThrow();
    transaction.work(List.of(incident));
    WorkingIncident working = transaction.incident(incident.id());
    for (Action action : actions(incident.state(), change.state())) {
      if (illegal(connection, incident, action).isEmpty()
          || working.state().name() != incident.state().name()) {
        perform(working, action, target + ": " + change.by(), change.note());
      }
    }
    transaction.write();
    return working.output().entries().isEmpty()
        ? Optional.empty()
        : Optional.of(transaction.counts());
  }

  /** What leads from one state to the other. */
  private static List<Action> actions(IncidentState from, State to) {
    return switch (to) {
      case OPEN ->
          switch (from.name()) {
            case ACKNOWLEDGED -> List.of(Action.GIVE_BACK);
            case RESOLVED -> List.of(Action.REOPEN);
            case OPEN, CLOSED -> List.of();
          };
      case ACKNOWLEDGED ->
          switch (from.name()) {
            case OPEN -> List.of(Action.ACKNOWLEDGE);
            case RESOLVED -> List.of(Action.REOPEN, Action.ACKNOWLEDGE);
            case ACKNOWLEDGED, CLOSED -> List.of();
          };
      case RESOLVED -> from.isOpen() ? List.of(Action.RESOLVE) : List.of();
      case CLOSED ->
          switch (from.name()) {
            case OPEN, ACKNOWLEDGED -> List.of(Action.RESOLVE, Action.CLOSE);
            case RESOLVED -> List.of(Action.CLOSE);
            case CLOSED -> List.of();
          };
    };
  }

  private static void requireLegal(Connection connection, Incident incident, Action action)
      throws SQLException {
    Optional<String> why = illegal(connection, incident, action);
    if (why.isPresent()) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "Incident "
              + incident.id()
              + " is "
              + incident.state().name().name().toLowerCase(Locale.ROOT)
              + "; one cannot "
              + action.text()
              + " it. "
              + why.get());
    }
  }

  /** What to do instead; empty when it is legal. */
  private static Optional<String> illegal(Connection connection, Incident incident, Action action)
      throws SQLException {
    State state = incident.state().name();
    return switch (action) {
      case ACKNOWLEDGE -> state == State.OPEN ? Optional.empty() : Optional.of("It must be open.");
      case GIVE_BACK ->
          state == State.ACKNOWLEDGED ? Optional.empty() : Optional.of("Acknowledge it first.");
      case RESOLVE ->
          incident.state().isOpen() ? Optional.empty() : Optional.of("It is over already.");
      case CLOSE -> state == State.RESOLVED ? Optional.empty() : Optional.of("Resolve it first.");
      case NOTE -> Optional.empty();
      case REOPEN -> {
        if (state != State.RESOLVED) {
          yield Optional.of("Only a resolved one can be.");
        }
        yield IncidentRows.ofGroups(connection, incident.blueprint(), List.of(incident.groupKey()))
            .stream()
            .filter(one -> !one.id().equals(incident.id()))
            .findFirst()
            .map(one -> "Its alerts go to incident " + one.id() + " now.");
      }
    };
  }

  private static void perform(WorkingIncident incident, Action action, String actor, String text) {
    IncidentState state = incident.state();
    switch (action) {
      case ACKNOWLEDGE -> incident.acknowledge((IncidentState.Open) state, actor, text);
      case GIVE_BACK -> incident.giveBack((IncidentState.Acknowledged) state, actor, text);
      case RESOLVE -> incident.resolveBy(actor, text);
      case REOPEN -> incident.reopenBy((IncidentState.Resolved) state, actor, text);
      case CLOSE -> incident.close((IncidentState.Resolved) state, actor, text);
      case NOTE -> incident.note(actor, text);
    }
  }

  private interface Change {
    void make(Connection connection, IncidentTransaction transaction, Incident incident)
        throws SQLException;
  }

  private Incident change(String id, String what, Change change) {
    record Changed(Incident incident, TakenCounts counts) {}

    Changed changed =
        database.transaction(
            what,
            connection -> {
              String blueprint = found(connection, id).blueprint();
              IncidentTransaction transaction = begin(connection, blueprint);
              Incident incident = found(connection, id); // as it is now that nobody changes it
              transaction.work(List.of(incident));
              change.make(connection, transaction, incident);
              transaction.write();
              return new Changed(found(connection, id), transaction.counts());
            });
    committed(changed.incident().blueprint(), changed.counts());
    return changed.incident();
  }

  private static Incident found(Connection connection, String id) throws SQLException {
    return IncidentRows.find(connection, id)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.NOT_FOUND,
                    "There is no incident '" + id + "'; `leat incident list` shows them."));
  }

  /**
   * Does what the passing of time does to incidents of a blueprint: silences begin and end,
   * incidents escalate, settle and are closed, and alerts end whose detector is gone.
   *
   * @return how many incidents were due, or alerts ended, whichever are more
   */
  public int passTime(String blueprint) {
    int all = 0;
    int some;
    do {
      some = passSomeTime(blueprint);
      all += some;
    } while (some == AT_A_TIME);
    return all;
  }

  private int passSomeTime(String blueprint) {
    record Passed(int due, TakenCounts counts) {}

    Passed passed =
        database.transaction(
            "look after incidents",
            connection -> {
              IncidentTransaction transaction = begin(connection, blueprint);
              Instant now = transaction.now();
              if (SilenceRows.turn(connection, blueprint, now) > 0) {
                transaction.silenceAnew();
                transaction.write();
              }
              int retired = transaction.retire(AT_A_TIME);
              transaction.write();
              List<Incident> due = IncidentRows.due(connection, blueprint, now, AT_A_TIME);
              transaction.work(due);
              due.forEach(one -> transaction.incident(one.id()).passTime());
              transaction.write();
              return new Passed(Math.max(due.size(), retired), transaction.counts());
            });
    committed(blueprint, passed.counts());
    return passed.due();
  }

  /**
   * Forgets incidents of a blueprint that have been closed for as long as they are to be kept, with
   * their history, alerts and deliveries, and silences that have been over for so long.
   *
   * @return how many incidents
   */
  public int forget(String blueprint) {
    Instant before = now().minus(rules.apply(blueprint).policy().keepFor());
    int all = 0;
    int some;
    do {
      some =
          database.transaction(
              "forget incidents",
              connection -> IncidentRows.forget(connection, blueprint, before, AT_A_TIME));
      all += some;
    } while (some == AT_A_TIME);
    return all;
  }

  /** The newest first. */
  public List<Incident> list(IncidentFilter filter) {
    return database.transaction(
        "list incidents", connection -> IncidentRows.list(connection, filter));
  }

  /**
   * With history and alerts.
   *
   * @param most how many lines of history, and how many alerts
   * @throws LeatException NOT_FOUND
   */
  public IncidentDetail show(String id, int most) {
    return database.transaction(
        "show an incident",
        connection ->
            new IncidentDetail(
                found(connection, id),
                IncidentRows.history(connection, id, most),
                alerts(connection, id, most)));
  }

  /**
   * What happened to an incident from one version, without it, to another, with it.
   *
   * @throws LeatException NOT_FOUND
   */
  public IncidentDetail since(String id, long from, long to, int mostAlerts) {
    return database.transaction(
        "read an incident",
        connection ->
            new IncidentDetail(
                found(connection, id),
                IncidentRows.history(connection, id, from, to),
                alerts(connection, id, mostAlerts)));
  }

  /** Alerts of an incident: the firing ones first, worst first, then the newest. */
  private static List<IncidentDetail.IncidentAlert> alerts(
      Connection connection, String id, int most) throws SQLException {
    return Sql.list(
        connection,
        "select fired::text as fired, state, changed_at, absent, silence from alert where incident"
            + " = ? order by state, case when state = 'firing' then array_position(array["
            + "'critical', 'major', 'minor', 'warning', 'info'], severity) end, changed_at desc, id"
            + " limit ?",
        row -> {
          long silence = row.getLong("silence");
          boolean hasSilence = !row.wasNull();
          return new IncidentDetail.IncidentAlert(
              AlertRows.alert(row.getString("fired")),
              row.getString("state").equals("firing"),
              Sql.time(row, "changed_at"),
              row.getBoolean("absent"),
              hasSilence ? silence : null);
        },
        id,
        most);
  }

  private IncidentTransaction begin(Connection connection, String blueprint) throws SQLException {
    return new IncidentTransaction(connection, blueprint, rules.apply(blueprint), outbox, clock);
  }

  private Instant now() {
    return Sql.micros(clock.instant());
  }
}
