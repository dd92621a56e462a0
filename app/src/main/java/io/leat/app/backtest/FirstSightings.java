package io.leat.app.backtest;

import io.leat.rules.Deduplication;
import io.leat.rules.seen.IdRange;
import io.leat.rules.seen.SeenIds;
import io.leat.stream.CleanEvents;
import io.leat.stream.RawReplay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Leaves out the events of a stream whose id was there before, as the detect job does. Of the ids
 * some megabytes are in memory, the others in files. Owned by one thread.
 */
final class FirstSightings implements AutoCloseable {
  private static final int BETWEEN_SWEEPS = 65_536;

  private final Deduplication deduplication;
  private final long windowMicros;
  private final SeenIds ids;
  private int added;

  /**
   * @param dedupe how long an id of the stream counts as seen
   * @param folder for its files, of its own
   */
  FirstSightings(Duration dedupe, Path folder) throws IOException {
    Duration window = CleanEvents.remembered(dedupe);
    this.deduplication = new Deduplication(window);
    this.windowMicros = window.toNanos() / 1_000;
    this.ids = new SeenIds(folder, "backtest-", IdRange.of(0, 1));
  }

  /**
   * Whether the present row of {@code rows} is the first of its id.
   *
   * @param received microseconds since the epoch
   */
  boolean isFirst(RawReplay rows, long received) throws IOException {
    if (rows.hasSuppliedId()) {
      return true;
    }
    long high = rows.idHigh();
    long low = rows.idLow();
    boolean isFirst =
        !ids.find(high, low)
            || deduplication.judge(ids.hash(), ids.received(), rows.payloadHash(), received)
                == Deduplication.Sighting.FIRST;
    if (isFirst) {
      ids.add(high, low, rows.payloadHash(), received);
      if (++added % BETWEEN_SWEEPS == 0) {
        ids.expire(received - windowMicros);
        for (Path file : ids.retire()) {
          Files.deleteIfExists(file);
        }
      }
    }
    return isFirst;
  }

  @Override
  public void close() {
    ids.close();
  }
}
