package io.leat.rules.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.KeyedDetector.Observation;
import io.leat.schema.Column;
import io.leat.schema.ColumnType.Primitive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps the states of keys, and their timers, as an engine would. Times in seconds since START. */
final class TestingKeys implements KeyedDetector.Output {
  static final long START = 1_790_000_000L;
  static final String BLUEPRINT = "devices";
  static final List<Column> COLUMNS =
      List.of(
          new Column("code", Primitive.STRING, false, null, null, null),
          new Column("temperature", Primitive.DOUBLE, false, null, null, null));

  /** What was told of an episode. */
  record Told(
      String id,
      Alert.State state,
      String key,
      long startedAt,
      long at,
      Map<String, Object> values,
      List<LogPosition> evidence) {
    /** Seconds since START. */
    double started() {
      return startedAt / 1e6 - START;
    }

    /** Seconds since START. */
    double since() {
      return at / 1e6 - START;
    }
  }

  final List<Told> told = new ArrayList<>();
  int late;
  final Map<String, byte[]> states = new TreeMap<>();
  private final KeyedDetector detector;
  private final KeyedDetector.@Nullable Output behind;
  private final Map<String, Long> offsets = new HashMap<>();
  private double clock;

  TestingKeys(KeyedDetector detector) {
    this(detector, null);
  }

  TestingKeys(KeyedDetector detector, KeyedDetector.@Nullable Output behind) {
    this.detector = detector;
    this.behind = behind;
  }

  static KeyedDetector detector(DetectorKind kind) {
    return detector(kind, Duration.ofSeconds(30), DetectorSpec.Late.COUNT);
  }

  static KeyedDetector detector(DetectorKind kind, Duration lateness, DetectorSpec.Late late) {
    return Detectors.of(BLUEPRINT, spec(kind, lateness, late), COLUMNS);
  }

  static DetectorSpec spec(DetectorKind kind, Duration lateness, DetectorSpec.Late late) {
    return new DetectorSpec(
        "watch",
        null,
        kind,
        Severity.MAJOR,
        "{key}",
        Map.of(),
        null,
        List.of("key"),
        lateness,
        late);
  }

  static Condition when(String expression) {
    try {
      return Condition.compile(expression, COLUMNS);
    } catch (InvalidConditionException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static long micros(double seconds) {
    return Math.round((START + seconds) * 1e6);
  }

  static long millis(double seconds) {
    return Math.round((START + seconds) * 1e3);
  }

  static Condition.Row row(@Nullable String code, @Nullable Double temperature) {
    return column -> column == 0 ? code : temperature;
  }

  static Observation observation(
      String key, long offset, double time, double received, double clock, Condition.Row row) {
    LogPosition position = new LogPosition(1, BLUEPRINT + ".telemetry", 0, offset);
    return new Observation(
        "telemetry", key, position, micros(time), micros(received), millis(clock), row);
  }

  /** What is remembered of the key {@code k}. */
  byte[] state() {
    return Objects.requireNonNull(states.get("k"));
  }

  /** The next event of a key, on time. */
  void event(double at, String key, double temperature) {
    event(at, at, key, row(null, temperature));
  }

  /** The next event of a key. */
  void event(double time, double received, String key, Condition.Row row) {
    clock(received);
    long offset = offsets.merge(key, 1L, Long::sum);
    judge(observation(key, offset, time, received, clock, row));
  }

  void judge(Observation event) {
    keep(event.key(), detector.onEvent(states.get(event.key()), event, this));
  }

  /** Accepting time goes on, and timers ring. */
  void clock(double to) {
    clock = Math.max(clock, to);
    for (String key : List.copyOf(states.keySet())) {
      ring(key, millis(clock));
    }
  }

  /** A timer rings. */
  void ring(String key, long now) {
    byte[] state = states.get(key);
    if (state != null && detector.wakeAt(state) <= now) {
      keep(key, detector.onTime(key, state, now, this));
      byte[] next = states.get(key);
      assertThat(next == null ? KeyedDetector.NEVER : detector.wakeAt(next)).isGreaterThan(now);
    }
  }

  private void keep(String key, byte @Nullable [] state) {
    if (state == null) {
      states.remove(key);
    } else {
      states.put(key, state);
    }
  }

  @Override
  public void alert(
      String id,
      Alert.State state,
      String key,
      long startedAt,
      long at,
      Map<String, Object> values,
      List<LogPosition> evidence) {
    assertThat(evidence).isNotEmpty().hasSizeLessThanOrEqualTo(Alert.MOST_EVIDENCE);
    assertThat(at).isGreaterThanOrEqualTo(startedAt);
    told.add(new Told(id, state, key, startedAt, at, values, evidence));
    if (behind != null) {
      behind.alert(id, state, key, startedAt, at, values, evidence);
    }
  }

  @Override
  public void late() {
    late++;
  }

  @Override
  public void presence(String key, KeyedDetector.Presence presence) {
    if (behind != null) {
      behind.presence(key, presence);
    }
  }

  /** {@code FIRING k 10.0} for each that was told: state, key, seconds since START. */
  List<String> lines() {
    return told.stream().map(t -> t.state() + " " + t.key() + " " + t.since()).toList();
  }
}
