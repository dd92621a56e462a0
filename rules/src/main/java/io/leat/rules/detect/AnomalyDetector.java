package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.schema.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges by a {@link DetectorKind.Anomaly}, by what {@link Usual} has learned.
 *
 * <p>Remembers at most 250 bytes of a key, and while readings in a row are odd, where the newest of
 * them stand, at most {@value Alert#MOST_EVIDENCE}, some 6 bytes each.
 *
 * <p>State of version 1 has no evidence.
 */
final class AnomalyDetector extends StreamDetector {
  static final int KIND = 5;
  private static final int VERSION = 2;
  private static final int WITH_EVIDENCE = 2;

  /** So many readings in a row must be usual for an episode to be over, at least. */
  private static final int LEAST_RETURN = 3;

  private static final Map<String, Object> LEARNED_ANEW = Map.of("reason", "learns anew");

  private final DetectorKind.Anomaly anomaly;
  private final int column;
  private final long learn;
  private final Usual usual;

  /** When the first reading came, by its own time; {@code Long.MIN_VALUE} for not yet. */
  private long firstAt;

  /** Readings in a row that are odd, and that are not. */
  private int odd;

  private int even;

  /** Those that are odd, the newest. */
  private final Marks oddReadings = new Marks();

  AnomalyDetector(
      String blueprint, DetectorSpec spec, DetectorKind.Anomaly anomaly, List<Column> columns) {
    super(blueprint, spec, KIND, VERSION);
    this.anomaly = anomaly;
    this.column = Detectors.column(columns, anomaly.column());
    this.learn = micros(anomaly.learn());
    this.usual = new Usual(micros(anomaly.season()), learn / 2);
  }

  @Override
  void clear() {
    usual.clear();
    firstAt = Long.MIN_VALUE;
    odd = 0;
    even = 0;
    oddReadings.clear();
  }

  @Override
  void judge(Observation event, long time, Output output) {
    if (!(event.row().value(column) instanceof Number number)
        || !Double.isFinite(number.doubleValue())) {
      return;
    }
    double value = number.doubleValue();
    if (firstAt == Long.MIN_VALUE) {
      firstAt = time;
      resolve(event.key(), time, LEARNED_ANEW, List.of(event.position()), output);
    }
    if (usual.isKnown() && time - firstAt >= learn) {
      judge(event, time, value, output);
    }
    usual.learn(time, value);
  }

  private void judge(Observation event, long time, double value, Output output) {
    double deviation = usual.deviation(time, value);
    if (Math.abs(deviation) > anomaly.sensitivity()) {
      odd = Math.min(anomaly.count(), odd + 1);
      even = 0;
      remember(event, time);
    } else {
      even = Math.min(Math.max(LEAST_RETURN, anomaly.count()), even + 1);
      odd = 0;
      oddReadings.clear();
    }
    if (isFiring()) {
      boolean isUsual = even >= Math.max(LEAST_RETURN, anomaly.count());
      boolean isNewUsual = time - startedAt() >= learn;
      if (isUsual || isNewUsual) {
        Map<String, Object> values = values(time, value, deviation);
        if (!isUsual) {
          values.put("reason", "usual by now");
          usual.accept(time, value);
          odd = 0;
          oddReadings.clear();
        }
        resolve(event.key(), time, values, List.of(event.position()), output);
      }
    } else if (odd >= anomaly.count()) {
      fire(
          event.key(),
          event.position(),
          time,
          time,
          values(time, value, deviation),
          evidence(event),
          output);
      oddReadings.clear();
    }
  }

  /** It may be evidence, which nothing needs once it fires. */
  private void remember(Observation event, long time) {
    if (!isFiring()) {
      oddReadings.add(time, event.position());
      int most = Math.min(Alert.MOST_EVIDENCE, anomaly.count());
      oddReadings.removeFirst(Math.max(0, oddReadings.size() - most));
    }
  }

  /** The readings in a row that were odd, and this one. */
  private List<LogPosition> evidence(Observation event) {
    List<LogPosition> evidence =
        oddReadings.positions(
            topic(), progress.partition(), 0, oddReadings.size(), Alert.MOST_EVIDENCE);
    return with(event.position(), evidence);
  }

  private Map<String, Object> values(long time, double value, double deviation) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(DetectorKind.COLUMN, anomaly.column());
    values.put(DetectorKind.VALUE, value);
    values.put(DetectorKind.USUAL, rounded(usual.expected(time)));
    values.put(DetectorKind.DEVIATIONS, rounded(deviation));
    return values;
  }

  /** To six digits: more would only look exact. */
  private static double rounded(double value) {
    return Double.parseDouble(String.format(java.util.Locale.ROOT, "%.5e", value));
  }

  @Override
  long due() {
    return NEVER;
  }

  @Override
  void pass(String key, long clock, Output output) {}

  @Override
  void read(StateReader in) {
    boolean isSameColumn = in.fixed() == anomaly.column().hashCode();
    firstAt = in.near(progress.newest());
    odd = in.count();
    even = in.count();
    usual.read(in);
    if (in.version() >= WITH_EVIDENCE) {
      oddReadings.read(in, progress.newest());
    }
    if (!isSameColumn) {
      clear();
    }
  }

  @Override
  void write(StateWriter out) {
    out.fixed(anomaly.column().hashCode());
    out.near(firstAt, progress.newest());
    out.number(odd);
    out.number(even);
    usual.write(out);
    oddReadings.write(out, progress.newest());
  }
}
