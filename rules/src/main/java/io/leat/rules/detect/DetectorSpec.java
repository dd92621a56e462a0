package io.leat.rules.detect;

import io.leat.rules.alert.Severity;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A detector as a blueprint declares it.
 *
 * @param name unique in its blueprint
 * @param description one sentence for people; null when there is none
 * @param kind what it looks for
 * @param severity of its alerts
 * @param summary of its alerts, a {@link SummaryTemplate}
 * @param labels what its alerts carry for routing and grouping
 * @param runbook an address of what to do; null when there is none
 * @param groupBy what its alerts are grouped into incidents by: {@code key}, {@code detector},
 *     {@code stream}, {@code severity}, {@code labels.name} or {@code values.name}
 * @param lateness how far an event may lie, by its own time, behind the newest of its key without
 *     being late
 * @param late what becomes of events that are
 */
public record DetectorSpec(
    String name,
    @Nullable String description,
    DetectorKind kind,
    Severity severity,
    String summary,
    Map<String, String> labels,
    @Nullable String runbook,
    List<String> groupBy,
    Duration lateness,
    Late late)
    implements Serializable {

  /** What becomes of a late event. Either way it is counted in a metric. */
  public enum Late {
    /** It is judged as if it had been on time, and may begin or end an episode in the past. */
    CORRECT,
    /** It is only counted. */
    COUNT
  }

  public DetectorSpec {
    labels = Map.copyOf(labels);
    groupBy = List.copyOf(groupBy);
  }

  /** The streams that it reads. */
  public List<String> streams() {
    return kind.streams();
  }
}
