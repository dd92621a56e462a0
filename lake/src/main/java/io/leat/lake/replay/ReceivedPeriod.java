package io.leat.lake.replay;

import io.leat.event.Timestamps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * When the rows of a raw table were received, by the column statistics of its files.
 *
 * @param first the first
 * @param last the last
 */
public record ReceivedPeriod(Instant first, Instant last) {
  private static final String COLUMN = "received_at";

  /** Of the table as it was loaded; empty when it has no rows. */
  public static Optional<ReceivedPeriod> of(Table table) {
    int column = table.schema().findField(COLUMN).fieldId();
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().includeColumnStats(List.of(COLUMN)).planFiles()) {
      for (FileScanTask task : tasks) {
        first = Math.min(first, bound(task.file().lowerBounds(), column, first));
        last = Math.max(last, bound(task.file().upperBounds(), column, last));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return first > last
        ? Optional.empty()
        : Optional.of(new ReceivedPeriod(Timestamps.ofMicros(first), Timestamps.ofMicros(last)));
  }

  private static long bound(@Nullable Map<Integer, ByteBuffer> bounds, int column, long otherwise) {
    ByteBuffer bound = bounds == null ? null : bounds.get(column);
    return bound == null
        ? otherwise
        : Conversions.<Long>fromByteBuffer(Types.TimestampType.withZone(), bound);
  }
}
