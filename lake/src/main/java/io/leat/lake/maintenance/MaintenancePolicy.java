package io.leat.lake.maintenance;

import java.time.Duration;

/**
 * When a table needs maintenance, and what is spared.
 *
 * @param targetFileBytes of a merged file; one of three quarters of it is never merged again
 * @param smallFiles of a partition that may stay; only with more of them is it compacted. At least
 *     8, so that there are always some of like size
 * @param settle files committed within this time are left alone
 * @param keepSnapshots how long a snapshot stays after another has taken its place
 * @param keepCheckpoints the newest checkpoints whose snapshots stay however old they are
 * @param orphansAfter age at which a file that nothing names is removed
 */
public record MaintenancePolicy(
    long targetFileBytes,
    int smallFiles,
    Duration settle,
    Duration keepSnapshots,
    int keepCheckpoints,
    Duration orphansAfter) {
  /** Below it, a file costs as much to open as to read. */
  private static final int SMALLEST_SHARE = 1024;

  public MaintenancePolicy {
    if (targetFileBytes < SMALLEST_SHARE || smallFiles < 8 || keepCheckpoints < 1) {
      throw new IllegalArgumentException(
          "Maintenance needs a target of at least 1024 bytes, at least 8 small files, 1 checkpoint");
    }
  }

  /** 128 MiB, 8 files, 5 seconds, half an hour, 10 checkpoints, 3 days. */
  public static MaintenancePolicy defaults() {
    return new MaintenancePolicy(
        128L << 20, 8, Duration.ofSeconds(5), Duration.ofMinutes(30), 10, Duration.ofDays(3));
  }

  /** Whether a file of so many bytes is to be merged with others. */
  boolean isSmall(long bytes) {
    return bytes < targetFileBytes / 4 * 3;
  }

  /** What a file counts in a group: its bytes, and the cost of opening it. */
  long weight(long bytes) {
    return Math.max(bytes, targetFileBytes / SMALLEST_SHARE);
  }
}
