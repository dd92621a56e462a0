package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.event.Timestamps;
import io.leat.rules.alert.Alert;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.detect.SummaryTemplate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes alerts of what one detector finds. */
final class Speaker {
  private final AlertOrigin origin;
  private final DetectPlan.Versioned detector;
  private final SummaryTemplate summary;
  private final LongSupplier generation;
  private final InstantSource clock;

  /**
   * @param generation of the task that speaks, as it is by then
   */
  Speaker(
      AlertOrigin origin,
      DetectPlan.Versioned detector,
      LongSupplier generation,
      InstantSource clock) {
    this.origin = origin;
    this.detector = detector;
    this.summary = SummaryTemplate.parse(detector.spec().summary());
    this.generation = generation;
    this.clock = clock;
  }

  Alert alert(
      String id,
      Alert.State state,
      String key,
      long startedAt,
      long at,
      Map<String, Object> values,
      List<LogPosition> evidence) {
    DetectorSpec spec = detector.spec();
    Instant now = clock.instant();
    String stream = origin.stream(spec, evidence);
    return new Alert(
        id,
        state,
        origin.blueprint(),
        origin.blueprintVersion(),
        spec.name(),
        detector.version(),
        spec.kind().yaml(),
        stream,
        key,
        spec.severity(),
        summary.fill(place -> value(place, stream, key, values)),
        Timestamps.ofMicros(startedAt),
        Timestamps.ofMicros(at),
        values,
        spec.labels(),
        evidence,
        spec.runbook(),
        generation.getAsLong(),
        now);
  }

  private @Nullable Object value(
      String place, String stream, String key, Map<String, Object> values) {
    if (place.startsWith(SummaryTemplate.VALUE)) {
      return values.get(place.substring(SummaryTemplate.VALUE.length()));
    }
    if (place.startsWith(SummaryTemplate.LABEL)) {
      return detector.spec().labels().get(place.substring(SummaryTemplate.LABEL.length()));
    }
    return switch (place) {
      case SummaryTemplate.KEY -> key.isEmpty() ? "all" : key;
      case SummaryTemplate.DETECTOR -> detector.spec().name();
      case SummaryTemplate.STREAM -> stream;
      default -> null;
    };
  }
}
