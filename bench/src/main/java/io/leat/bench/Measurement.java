package io.leat.bench;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One run.
 *
 * @param events how many went through
 * @param wall how long it took
 * @param cpu processor time of the process under test
 * @param latency of the answers; null where nobody is answered
 * @param note what else is worth a line; may be empty
 */
record Measurement(
    long events, Duration wall, Duration cpu, @Nullable Latency latency, String note) {
  /** Percentiles in milliseconds. */
  record Latency(double p50, double p99) {}

  /** Of a run that answers nobody. */
  Measurement(long events, Duration wall, Duration cpu, String note) {
    this(events, wall, cpu, null, note);
  }

  double eventsPerSecond() {
    return events / seconds(wall);
  }

  double cpuSecondsPerMillion() {
    return seconds(cpu) / (events / 1_000_000.0);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
