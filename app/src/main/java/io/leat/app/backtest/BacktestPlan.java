package io.leat.app.backtest;

import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.stream.StreamPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is to be tried.
 *
 * @param blueprint its name
 * @param detector as it would be
 * @param policy what would become of its incidents
 * @param plans of the streams that it reads
 * @param streams names of all streams of the blueprint that have raw tables: what came in there
 *     says that Leat was there
 * @param from when the first events were received
 * @param to the end of the period, not part of it
 * @param absence nothing of the blueprint was received for longer than this: Leat was away
 */
public record BacktestPlan(
    String blueprint,
    DetectorSpec detector,
    IncidentPolicy policy,
    List<StreamPlan> plans,
    List<String> streams,
    Instant from,
    Instant to,
    Duration absence) {
  public BacktestPlan {
    plans = List.copyOf(plans);
    streams = List.copyOf(streams);
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(from + " is not before " + to);
    }
  }
}
