package io.leat.app.backtest;

import java.time.Duration;

/**
 * What one backtest may take of a process that has other work to do.
 *
 * @param rows raw rows that it reads
 * @param keys entities that it remembers at once
 * @param bytes of what it remembers of them
 * @param alerts that it makes
 * @param listed incidents that it tells one by one
 * @param sliceRows rows that wait in memory to be put in order
 * @param sliceBytes of their payloads
 * @param within how long it runs
 */
public record BacktestLimits(
    long rows,
    int keys,
    long bytes,
    long alerts,
    int listed,
    int sliceRows,
    long sliceBytes,
    Duration within) {
  public static final BacktestLimits DEFAULT =
      new BacktestLimits(
          20_000_000,
          200_000,
          128L << 20,
          200_000,
          1_000,
          50_000,
          32L << 20,
          Duration.ofMinutes(10));
}
