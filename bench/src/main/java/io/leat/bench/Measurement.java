package io.leat.bench;

import java.time.Duration;

/**
 * One run.
 *
 * @param events how many went through
 * @param wall how long it took
 * @param cpu processor time of the process under test
 * @param note what else is worth a line; may be empty
 */
record Measurement(long events, Duration wall, Duration cpu, String note) {
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
