package io.leat.action.target;

import java.time.Instant;

/**
 * Somebody changed an incident on the other side.
 *
 * @param incident its id
 * @param state what it became there; {@link TargetIncident.State#OPEN} opens an acknowledged one
 *     again
 * @param by who, as the other side says
 * @param note what they wrote; empty when nothing
 * @param at when, by the other side's clock
 */
public record ExternalChange(
    String incident, TargetIncident.State state, String by, String note, Instant at) {}
