package io.leat.app.disk;

import io.leat.app.terminal.Text;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many bytes of events the embedded broker may keep.
 *
 * @param bytes at this size nothing more is accepted
 * @param segmentBytes the size of the files in which the log is kept and deleted: small enough that
 *     those which are still written to, and so cannot be deleted, never fill the budget
 */
public record LogBudget(long bytes, int segmentBytes) {
  private static final long LEAST_SEGMENT = 1 << 20;
  private static final long MOST_SEGMENT = 64 << 20;

  /** Segments of each partition that the budget holds, at least. */
  private static final int LEAST_SEGMENTS = 4;

  private static final int SEGMENTS = 8;

  /**
   * The budget for so many partitions.
   *
   * @param configured bytes, or 0 for half of what the file system of {@code directory} can hold
   * @param directory is there
   * @throws LeatException {@link ErrorCode#INVALID_CONFIGURATION} when that many partitions do not
   *     fit
   */
  public static LogBudget of(long configured, Path directory, int partitions) {
    long bytes = configured > 0 ? configured : total(directory) / 2;
    long least = LEAST_SEGMENTS * LEAST_SEGMENT * partitions;
    if (bytes < least) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The log may take "
              + Text.bytes(bytes)
              + " of disk, but the "
              + partitions
              + " partitions of the blueprints need at least "
              + Text.bytes(least)
              + ". Give 'disk.log' in leat.yaml that much, or the streams fewer partitions.");
    }
    long segment = bytes / ((long) SEGMENTS * Math.max(1, partitions));
    return new LogBudget(bytes, (int) Math.max(LEAST_SEGMENT, Math.min(MOST_SEGMENT, segment)));
  }

  private static long total(Path directory) {
    try {
      return Files.getFileStore(directory).getTotalSpace();
    } catch (IOException e) {
      throw new UncheckedIOException("The size of the disk of " + directory + " is not known", e);
    }
  }
}
