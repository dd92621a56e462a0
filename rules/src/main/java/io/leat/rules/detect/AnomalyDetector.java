package io.leat.rules.detect;

import io.leat.schema.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges by a {@link DetectorKind.Anomaly}, by what {@link Usual} has learned.
 *
 * <p>Remembers at most 250 bytes of a key.
 */
final class AnomalyDetector extends StreamDetector {
  static final int KIND = 5;
  private static final int VERSION = 1;

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
    } else {
      even = Math.min(Math.max(LEAST_RETURN, anomaly.count()), even + 1);
      odd = 0;
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
          List.of(event.position()),
          output);
    }
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
  }
}
