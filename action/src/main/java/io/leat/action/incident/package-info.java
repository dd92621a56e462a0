/**
 * Incidents. Each alert that fires goes by its group key into one: an open one, one that was
 * resolved a short while ago and opens again, or a new one ({@link
 * io.leat.action.incident.Incidents}). What an incident may become is {@link
 * io.leat.action.incident.IncidentState}; each change is a numbered version with a line of its
 * history, and goes to the {@link io.leat.action.incident.Outbox} in the same transaction unless it
 * is silenced or flapping.
 */
@NullMarked
package io.leat.action.incident;

import org.jspecify.annotations.NullMarked;
