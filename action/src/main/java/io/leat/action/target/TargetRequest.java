package io.leat.action.target;

import java.time.Instant;

/**
 * One thing to tell a target.
 *
 * @param id the same for each attempt, another for each version: to be recognised by
 * @param version of the incident; grows, with gaps when changes went out as one
 * @param change what happened; of several that go out as one, what matters most to a reader:
 *     whether it is over, opened again, new, else the last
 * @param at when
 * @param by who: a client's name, or {@code leat}
 * @param detail of the change, such as the text of a note; empty when there is none
 * @param incident as it is now; to a target that does not coalesce, as it was then, but for the
 *     alerts, which are those of now
 * @param attempt from 1
 * @param unsettled whether an earlier attempt may have come through although nobody knows: {@link
 *     TargetMemory} may lack what it made, so look first
 */
public record TargetRequest(
    String id,
    long version,
    Change change,
    Instant at,
    String by,
    String detail,
    TargetIncident incident,
    int attempt,
    boolean unsettled) {

  /** What happened to an incident. */
  public enum Change {
    OPENED,
    REOPENED,
    /** Other alerts, severity or summary. */
    UPDATED,
    ACKNOWLEDGED,
    /** Nobody acknowledged it in time; the target may not have heard of it before. */
    ESCALATED,
    NOTED,
    RESOLVED,
    CLOSED
  }
}
