package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorSpec.Late;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A detector whose parts have their types but are not yet held against the streams.
 *
 * @param kind null when it has none, or several
 */
record RawDetector(
    String name,
    Value at,
    @Nullable String description,
    @Nullable Kind kind,
    Severity severity,
    Located summary,
    Map<String, String> labels,
    @Nullable String runbook,
    boolean isGrouped,
    List<Located> groupBy,
    Duration lateness,
    Late late) {

  /** What it looks for. */
  sealed interface Kind {
    /** Where it stands. */
    Value at();
  }

  record Silence(Value at, List<Located> streams, Duration after, Duration grace) implements Kind {}

  record Threshold(
      Value at,
      Located stream,
      Located when,
      int count,
      Value withinAt,
      Duration within,
      Located until,
      int untilCount,
      Value untilCountAt)
      implements Kind {}

  record Rate(
      Value at,
      Located stream,
      Located when,
      boolean isPerKey,
      @Nullable Long moreThan,
      @Nullable Long lessThan,
      Duration within)
      implements Kind {}

  record Change(
      Value at,
      Located stream,
      Located of,
      Located from,
      Located to,
      Duration clearAfter,
      Value clearAfterAt)
      implements Kind {}

  record Sequence(
      Value at,
      Located stream,
      Located first,
      Located then,
      Located without,
      Duration within,
      Located clear,
      Duration clearAfter,
      Value clearAfterAt)
      implements Kind {}

  record Anomaly(
      Value at,
      Located stream,
      Located of,
      Value seasonAt,
      Duration season,
      double sensitivity,
      int count,
      Duration learn)
      implements Kind {}

  record MissingData(Value at, Located stream, Duration every, Duration over, double atLeast)
      implements Kind {}
}
