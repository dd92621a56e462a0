package io.leat.app.backtest;

import io.leat.action.incident.IncidentForecast;
import java.time.Duration;
import java.util.List;

/**
 * What a detector would have done.
 *
 * @param rows raw rows of its streams
 * @param events those of them that it judged
 * @param unclean rows that the streams' schemas and rules do not let through
 * @param duplicates rows whose id was there before
 * @param unordered rows that came too far out of their order to be judged
 * @param late events that came too late to be on time
 * @param keys entities that it knew at the end
 * @param alerts that would have fired
 * @param opened incidents that would have been opened
 * @param incidents the first of them
 * @param absent for how long Leat counts as away
 */
public record BacktestOutcome(
    long rows,
    long events,
    long unclean,
    long duplicates,
    long unordered,
    long late,
    long keys,
    long alerts,
    long opened,
    List<IncidentForecast.Foreseen> incidents,
    Duration absent) {
  public BacktestOutcome {
    incidents = List.copyOf(incidents);
  }
}
