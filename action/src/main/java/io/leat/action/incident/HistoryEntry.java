package io.leat.action.incident;

import io.leat.action.target.TargetIncident.State;
import io.leat.rules.alert.Severity;
import java.time.Instant;

/**
 * A change of an incident, and what it was then.
 *
 * @param version of the incident, its name in the history
 * @param change what happened
 * @param at when: for what alerts do, when the processor said so
 * @param recordedAt when it was written down, by PostgreSQL's clock
 * @param actor who: a client's name, a target and who changed it there, or {@code leat}
 * @param detail of the change, such as the text of a note
 * @param isTold whether targets are told of it
 * @param firing how many of its alerts fired then
 * @param total how many alerts it had had until then
 */
public record HistoryEntry(
    String incident,
    long version,
    IncidentChange change,
    Instant at,
    Instant recordedAt,
    String actor,
    String detail,
    boolean isTold,
    State state,
    Severity severity,
    String summary,
    int firing,
    int total) {}
