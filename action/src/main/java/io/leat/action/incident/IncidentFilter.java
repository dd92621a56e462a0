package io.leat.action.incident;

import io.leat.action.target.TargetIncident.State;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which incidents to list, the newest first.
 *
 * @param states in which they stand; empty: any
 * @param blueprint whose; null: any
 * @param blueprints to which whoever asks is restricted; null: not at all
 * @param detector an alert of which they have; null: any
 * @param key an alert of which they have; null: any
 * @param after the last one of the page before; null: from the newest on
 * @param most how many
 */
public record IncidentFilter(
    Set<State> states,
    @Nullable String blueprint,
    @Nullable Set<String> blueprints,
    @Nullable String detector,
    @Nullable String key,
    @Nullable String after,
    int most) {
  public IncidentFilter {
    states = Set.copyOf(states);
    blueprints = blueprints == null ? null : Set.copyOf(blueprints);
  }
}
