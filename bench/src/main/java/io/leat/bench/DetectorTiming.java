package io.leat.bench;

import io.leat.event.LogPosition;
import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.detect.Detectors;
import io.leat.rules.detect.KeyedDetector;
import io.leat.rules.detect.KeyedDetector.Observation;
import io.leat.schema.Column;
import io.leat.schema.ColumnType.Primitive;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Prints what judging an event costs on one core, and what a key's state takes, from ten thousand
 * keys to a million: {@code java -cp ... io.leat.bench.DetectorTiming}. States are in an array on
 * the heap, keys come in random order; a reading in a hundred is hot.
 */
final class DetectorTiming {
  private static final int EVENTS = 3_000_000;
  private static final long START = 1_790_000_000_000L;
  private static final List<Column> COLUMNS =
      List.of(new Column("temperature_c", Primitive.DOUBLE, false, null, null, null));

  private DetectorTiming() {}

  /** Counts what is told. */
  private static final class Told implements KeyedDetector.Output {
    private long alerts;

    @Override
    public void alert(
        String id,
        Alert.State state,
        String key,
        long startedAt,
        long at,
        Map<String, Object> values,
        List<LogPosition> evidence) {
      alerts++;
    }

    @Override
    public void late() {
      alerts++;
    }
  }

  /** Runs all. */
  public static void main(String[] args) throws InvalidConditionException {
    Duration minute = Duration.ofMinutes(1);
    List<DetectorKind> kinds =
        List.of(
            new DetectorKind.Silence(List.of("telemetry"), Duration.ofHours(1), minute),
            new DetectorKind.Threshold(
                "telemetry",
                Condition.compile("temperature_c > 85.0", COLUMNS),
                3,
                minute,
                Condition.compile("temperature_c < 75.0", COLUMNS),
                1),
            new DetectorKind.Rate("telemetry", null, true, 100L, null, minute),
            new DetectorKind.Anomaly(
                "telemetry", "temperature_c", Duration.ofDays(1), 6, 3, Duration.ofDays(2)));
    for (int round = 0; round < 2; round++) {
      for (DetectorKind kind : kinds) {
        for (int keys : new int[] {10_000, 100_000, 1_000_000}) {
          time(kind, keys, System.out);
        }
      }
    }
  }

  private static void time(DetectorKind kind, int keys, PrintStream out) {
    DetectorSpec spec =
        new DetectorSpec(
            "watch",
            null,
            kind,
            Severity.MAJOR,
            "{key}",
            Map.of(),
            null,
            List.of("key"),
            Duration.ofSeconds(30),
            DetectorSpec.Late.COUNT);
    KeyedDetector detector = Detectors.of("devices", spec, COLUMNS);
    byte[][] states = new byte[keys][];
    String[] names = new String[keys];
    for (int i = 0; i < keys; i++) {
      names[i] = "device-" + i;
    }
    Random random = new Random(5);
    Told told = new Told();
    judge(detector, states, names, random, 0, told);
    long start = System.nanoTime();
    judge(detector, states, names, random, EVENTS, told);
    double nanos = (double) (System.nanoTime() - start) / EVENTS;
    long bytes = 0;
    for (byte[] state : states) {
      bytes += state == null ? 0 : state.length;
    }
    out.printf(
        Locale.ROOT,
        "%-10s %,9d keys: %4.0f ns an event, %.2f million a second, %d bytes a key (%d told)%n",
        kind.yaml(),
        keys,
        nanos,
        1e3 / nanos,
        bytes / keys,
        told.alerts);
  }

  private static void judge(
      KeyedDetector detector,
      byte[][] states,
      String[] names,
      Random random,
      long from,
      Told told) {
    for (long i = from; i < from + EVENTS; i++) {
      int key = random.nextInt(names.length);
      double temperature = random.nextInt(100) == 0 ? 90 : 60;
      long now = START + i / 100;
      LogPosition position = new LogPosition(1, "devices.telemetry", key % 8, i);
      Observation event =
          new Observation(
              "telemetry", names[key], position, now * 1_000, now * 1_000, now, c -> temperature);
      states[key] = detector.onEvent(states[key], event, told);
    }
  }
}
