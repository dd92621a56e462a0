package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import io.leat.rules.incident.IncidentPolicy;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An incident while a transaction changes it: the rules of its life, without the database. What
 * happened is collected until it is written. Owned by one thread.
 */
final class WorkingIncident {
  static final String LEAT = "leat";
  private final IncidentPolicy policy;
  private final Instant now;
  private final String id;
  private final String blueprint;
  private final String groupKey;
  private final Instant openedAt;
  private final FiringCounts firing;
  private final Turns turns;
  private final Set<String> targets = new HashSet<>();
  private final IncidentOutput output = new IncidentOutput();
  private IncidentState state;
  private Severity severity;
  private String summary;
  private @Nullable String runbook;
  private int total;
  private long version;
  private Instant changedAt;
  private @Nullable Instant flappingSince;
  private int escalated;
  private boolean isDirty;
  private boolean wasHeld; // before the change that is being made

  /** One that is there. */
  WorkingIncident(Incident incident, Set<String> targets, IncidentPolicy policy, Instant now) {
    this.policy = policy;
    this.now = now;
    this.id = incident.id();
    this.blueprint = incident.blueprint();
    this.groupKey = incident.groupKey();
    this.openedAt = incident.openedAt();
    this.firing = new FiringCounts(incident.firing(), incident.silenced());
    this.turns = new Turns(policy, incident.turns());
    this.targets.addAll(targets);
    this.state = incident.state();
    this.severity = incident.severity();
    this.summary = incident.summary();
    this.runbook = incident.runbook();
    this.total = incident.total();
    this.version = incident.version();
    this.changedAt = incident.changedAt();
    this.flappingSince = incident.flappingSince();
    this.escalated = incident.escalated();
  }

  /** One that an alert opens; {@link #fires} has to follow. */
  WorkingIncident(
      String id, String groupKey, Alert alert, IncidentPolicy policy, Instant at, Instant now) {
    this.policy = policy;
    this.now = now;
    this.id = id;
    this.blueprint = alert.blueprint();
    this.groupKey = groupKey;
    this.openedAt = at;
    this.firing = FiringCounts.ofNone();
    this.turns = new Turns(policy, List.of());
    this.state = new IncidentState.Open(at, LEAT);
    this.severity = alert.severity();
    this.summary = alert.summary();
    this.changedAt = at;
    this.isDirty = true;
  }

  String id() {
    return id;
  }

  IncidentState state() {
    return state;
  }

  boolean isDirty() {
    return isDirty;
  }

  /** What is to be written besides itself. */
  IncidentOutput output() {
    return output;
  }

  /** Whether an episode that begins now belongs to it; else it needs another incident. */
  boolean takes(Instant at) {
    return state.isOpen()
        || (state instanceof IncidentState.Resolved resolved
            && !at.isAfter(resolved.since().plus(policy.reopenWithin())));
  }

  /**
   * An episode begins.
   *
   * @param to its targets
   * @param isAgain whether it was an alert of this incident before
   */
  void fires(Alert alert, boolean isSilenced, Set<String> to, boolean isAgain, Instant at) {
    begin();
    boolean first = total == 0;
    boolean turned = firing.sum() == 0;
    firing.add(alert.severity(), isSilenced);
    total += isAgain ? 0 : 1;
    boolean wasResolved = state instanceof IncidentState.Resolved;
    if (state instanceof IncidentState.Resolved resolved) {
      state = resolved.reopen(later(at), LEAT);
      escalated = 0;
      turned = true;
    }
    if (turned) {
      turns.add(later(at));
    }
    boolean changed = refresh(alert);
    boolean isRouted = route(to);
    IncidentChange change =
        first
            ? IncidentChange.OPENED
            : wasResolved ? IncidentChange.REOPENED : IncidentChange.UPDATED;
    enter(
        change,
        at,
        LEAT,
        "alert " + alert.id() + " fires: " + alert.summary(),
        change != IncidentChange.UPDATED || changed || isRouted);
    startToFlap(at);
  }

  /** An episode ends. */
  void isOver(Alert alert, boolean wasSilenced, String why, Instant at) {
    begin();
    firing.remove(alert.severity(), wasSilenced);
    String detail = "alert " + alert.id() + " " + why;
    if (firing.sum() > 0 || !state.isOpen()) {
      boolean changed = refresh(null);
      enter(IncidentChange.UPDATED, at, LEAT, detail, changed && state.isOpen());
      return;
    }
    turns.add(later(at));
    if (flappingSince != null) {
      enter(IncidentChange.UPDATED, at, LEAT, detail, false);
    } else if (turns.areTooMany()) {
      enter(IncidentChange.UPDATED, at, LEAT, detail, false);
      startToFlap(at);
    } else {
      resolve(at, LEAT, detail);
    }
  }

  /** A firing alert has another severity or summary. */
  void changes(Alert before, Alert after, Set<String> to, Instant at) {
    begin();
    firing.replace(before.severity(), after.severity());
    boolean changed = refresh(after);
    boolean isRouted = route(to);
    enter(
        IncidentChange.UPDATED,
        at,
        LEAT,
        "alert " + after.id() + " changed: " + after.summary(),
        state.isOpen() && (changed || isRouted));
  }

  /**
   * Some of its firing alerts came under silences, or out of them.
   *
   * @param change how many more, or fewer, are silenced
   */
  void silences(int change, Instant at) {
    begin();
    boolean wasSilenced = firing.isSilenced();
    firing.silence(change);
    isDirty = true;
    if (state.isOpen() && wasSilenced != firing.isSilenced()) {
      enter(
          wasSilenced ? IncidentChange.UNSILENCED : IncidentChange.SILENCED,
          at,
          LEAT,
          wasSilenced ? "an alert that fires is no longer silenced" : "all its alerts are silenced",
          wasSilenced);
    }
  }

  void acknowledge(IncidentState.Open open, String actor, String detail) {
    begin();
    state = open.acknowledge(later(now), actor);
    enter(IncidentChange.ACKNOWLEDGED, now, actor, detail, true);
  }

  void giveBack(IncidentState.Acknowledged acknowledged, String actor, String detail) {
    begin();
    state = acknowledged.giveBack(later(now), actor);
    enter(IncidentChange.GIVEN_BACK, now, actor, detail, true);
  }

  /** Somebody says that it is over. Alerts that fire on do not open it again; new ones do. */
  void resolveBy(String actor, String detail) {
    begin();
    flappingSince = null;
    turns.clear();
    resolve(now, actor, detail);
  }

  /** Somebody says that it is not over. */
  void reopenBy(IncidentState.Resolved resolved, String actor, String detail) {
    begin();
    state = resolved.reopen(later(now), actor);
    escalated = 0;
    enter(IncidentChange.REOPENED, now, actor, detail, true);
  }

  void close(IncidentState.Resolved resolved, String actor, String detail) {
    begin();
    state = resolved.close(later(now), actor);
    enter(IncidentChange.CLOSED, now, actor, detail, true);
  }

  void note(String actor, String text) {
    begin();
    enter(IncidentChange.NOTED, now, actor, text, true);
  }

  /** What the passing of time does. */
  void passTime() {
    isDirty = true; // when it is due next changes
    if (flappingSince != null && !turns.quietAt(changedAt).isAfter(now)) {
      settle();
    }
    if (state instanceof IncidentState.Open open && !isHeld()) {
      List<IncidentPolicy.Escalation> all = policy.escalations();
      while (escalated < all.size()
          && !open.since().plus(all.get(escalated).after()).isAfter(now)) {
        begin();
        IncidentPolicy.Escalation escalation = all.get(escalated++);
        route(escalation.to());
        enter(
            IncidentChange.ESCALATED,
            now,
            LEAT,
            "nobody acknowledged it within " + escalation.after(),
            true);
      }
    }
    if (state instanceof IncidentState.Resolved resolved
        && !resolved.since().plus(policy.closeAfter()).isAfter(now)) {
      close(resolved, LEAT, "resolved for " + policy.closeAfter());
    }
  }

  /** As it is to be kept. */
  Incident toIncident() {
    return new Incident(
        id,
        blueprint,
        groupKey,
        state,
        severity,
        summary,
        runbook,
        firing.bySeverity(),
        firing.silenced(),
        total,
        version,
        openedAt,
        changedAt,
        flappingSince,
        turns.times(),
        escalated,
        dueAt());
  }

  private @Nullable Instant dueAt() {
    if (flappingSince != null) {
      return turns.quietAt(changedAt);
    }
    if (state instanceof IncidentState.Resolved resolved) {
      return resolved.since().plus(policy.closeAfter());
    }
    boolean isWaited = state instanceof IncidentState.Open && !firing.isSilenced();
    return isWaited && escalated < policy.escalations().size()
        ? state.since().plus(policy.escalations().get(escalated).after())
        : null;
  }

  private void settle() {
    begin();
    flappingSince = null;
    String quiet = "quiet for " + policy.flapWithin();
    if (firing.sum() == 0) {
      resolve(now, LEAT, quiet + ", none of its alerts fires");
    } else {
      enter(IncidentChange.SETTLED, now, LEAT, quiet, true);
    }
  }

  private void resolve(Instant at, String actor, String detail) {
    state = IncidentState.resolved(state, later(at), actor);
    enter(IncidentChange.RESOLVED, at, actor, detail, true);
  }

  private void startToFlap(Instant at) {
    if (flappingSince == null && turns.areTooMany()) {
      flappingSince = later(at);
      enter(
          IncidentChange.FLAPPING,
          at,
          LEAT,
          "opened and resolved " + turns.count() + " times within " + policy.flapWithin(),
          true);
    }
  }

  /** Severity and summary anew; whether they changed. */
  private boolean refresh(@Nullable Alert latest) {
    if (firing.sum() == 0) {
      return false;
    }
    Severity worst = firing.worst();
    String text = firing.summary(latest, groupKey);
    boolean changed = worst != severity || !text.equals(summary);
    if (latest != null && latest.severity() == worst && (runbook == null || worst != severity)) {
      runbook = latest.runbook();
    }
    severity = worst;
    summary = text;
    return changed;
  }

  private boolean route(Set<String> to) {
    Set<String> added = new HashSet<>(to);
    added.removeAll(targets);
    if (added.isEmpty()) {
      return false;
    }
    targets.addAll(added);
    output.routings().add(new Outbox.Routing(id, blueprint, added, version + 1));
    return true;
  }

  private void begin() {
    wasHeld = isHeld();
  }

  /**
   * Writes the history's next line.
   *
   * @param matters whether targets want to know, if it is not held
   */
  private void enter(
      IncidentChange change, Instant at, String actor, String detail, boolean matters) {
    boolean isHeld = isHeld();
    boolean isTold =
        Hearing.isTold(change, firing.isSilenced(), isHeld, matters || (wasHeld && state.isOpen()));
    version++;
    changedAt = later(at);
    isDirty = true;
    output
        .entries()
        .add(
            new HistoryEntry(
                id,
                version,
                change,
                changedAt,
                now,
                actor,
                detail,
                isTold,
                state.name(),
                severity,
                summary,
                firing.sum(),
                total));
    if (isTold) {
      output
          .tellings()
          .add(new Outbox.Telling(id, version, Hearing.audience(change, state), state.isOpen()));
    }
    wasHeld = isHeld;
  }

  /** Not before what happened last, so that the history stands in order. */
  private Instant later(Instant at) {
    return at.isBefore(changedAt) ? changedAt : at;
  }

  private boolean isHeld() {
    return flappingSince != null || firing.isSilenced();
  }
}
