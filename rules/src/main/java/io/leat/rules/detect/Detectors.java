package io.leat.rules.detect;

import io.leat.schema.Column;
import java.util.List;
import java.util.stream.IntStream;

/** Makes detectors of their declarations. */
public final class Detectors {
  private Detectors() {}

  /**
   * A detector that judges by a declaration.
   *
   * @param blueprint whose detector it is
   * @param columns of its stream, as its conditions were compiled with and its rows are addressed
   *     by; those of any stream for a silence, which reads none
   * @throws IllegalArgumentException if it names a column that is not there
   */
  public static KeyedDetector of(String blueprint, DetectorSpec spec, List<Column> columns) {
    DetectorKind kind = spec.kind();
    if (kind instanceof DetectorKind.Silence silence) {
      return new SilenceDetector(blueprint, spec, silence);
    } else if (kind instanceof DetectorKind.Threshold threshold) {
      return new ThresholdDetector(blueprint, spec, threshold, columns);
    } else if (kind instanceof DetectorKind.Rate rate) {
      return new RateDetector(blueprint, spec, rate);
    } else if (kind instanceof DetectorKind.Change change) {
      return new ChangeDetector(blueprint, spec, change, columns);
    } else if (kind instanceof DetectorKind.Anomaly anomaly) {
      return new AnomalyDetector(blueprint, spec, anomaly, columns);
    } else if (kind instanceof DetectorKind.Sequence sequence) {
      return new SequenceDetector(blueprint, spec, sequence, columns);
    }
    return new MissingDataDetector(blueprint, spec, (DetectorKind.MissingData) kind);
  }

  /** Where a column stands among a stream's. */
  static int column(List<Column> columns, String name) {
    return IntStream.range(0, columns.size())
        .filter(i -> columns.get(i).name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no column '" + name + "'"));
  }
}
