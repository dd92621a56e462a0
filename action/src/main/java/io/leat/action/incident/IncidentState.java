package io.leat.action.incident;

import io.leat.action.target.TargetIncident.State;
import java.time.Instant;

/**
 * Where an incident stands. The methods of each state are the ways out of it: what is not there is
 * not legal.
 */
public sealed interface IncidentState {
  /** When it began. */
  Instant since();

  /** Who made it so: a client's name, a target and who changed it there, or {@code leat}. */
  String actor();

  /** Its name. */
  State name();

  /** Whether somebody has work to do: open or acknowledged. */
  default boolean isOpen() {
    return name() == State.OPEN || name() == State.ACKNOWLEDGED;
  }

  /** Nobody looks after it yet. */
  record Open(Instant since, String actor) implements IncidentState {
    @Override
    public State name() {
      return State.OPEN;
    }

    public Acknowledged acknowledge(Instant at, String actor) {
      return new Acknowledged(at, actor);
    }

    public Resolved resolve(Instant at, String actor) {
      return new Resolved(at, actor);
    }
  }

  /** The actor looks after it. */
  record Acknowledged(Instant since, String actor) implements IncidentState {
    @Override
    public State name() {
      return State.ACKNOWLEDGED;
    }

    /** Who looked after it gives it back. */
    public Open giveBack(Instant at, String actor) {
      return new Open(at, actor);
    }

    public Resolved resolve(Instant at, String actor) {
      return new Resolved(at, actor);
    }
  }

  /** Over: its alerts are, or somebody said so. */
  record Resolved(Instant since, String actor) implements IncidentState {
    @Override
    public State name() {
      return State.RESOLVED;
    }

    public Open reopen(Instant at, String actor) {
      return new Open(at, actor);
    }

    public Closed close(Instant at, String actor) {
      return new Closed(at, actor);
    }
  }

  /** Over for good. */
  record Closed(Instant since, String actor) implements IncidentState {
    @Override
    public State name() {
      return State.CLOSED;
    }
  }

  /** What becomes of an open or acknowledged one that is resolved. */
  static Resolved resolved(IncidentState state, Instant at, String actor) {
    if (state instanceof Open open) {
      return open.resolve(at, actor);
    }
    if (state instanceof Acknowledged acknowledged) {
      return acknowledged.resolve(at, actor);
    }
    throw new IllegalStateException("an incident that is " + state.name() + " is resolved");
  }

  /** The state that was kept. */
  static IncidentState of(State name, Instant since, String actor) {
    return switch (name) {
      case OPEN -> new Open(since, actor);
      case ACKNOWLEDGED -> new Acknowledged(since, actor);
      case RESOLVED -> new Resolved(since, actor);
      case CLOSED -> new Closed(since, actor);
    };
  }
}
