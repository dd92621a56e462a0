package io.leat.gateway.publishing;

import java.time.Duration;
import java.util.Arrays;

/**
 * Says how much of a topic may wait for its acknowledgement, by how fast it goes. While a log is
 * slower than what comes in, whatever waits behind a queue that is longer than a record's time has
 * waited in vain, and so has all behind it: when records begin to run out of time, only so much may
 * wait as was acknowledged in most of that time before. Then the bound grows, a quarter at a time,
 * as long as none does. A log that keeps up is never bounded by it. Thread-safe.
 */
final class Congestion {
  /** A record that took longer had hardly any time left; it has some four seconds. */
  private static final long LATE = Duration.ofMillis(3_500).toNanos();

  /** What may wait then should take no longer. */
  private static final long TARGET = Duration.ofMillis(2_500).toNanos();

  /** So much may always wait, and a single request whatever its size. */
  private static final long LEAST = 512 * 1024;

  private static final long SLOT = Duration.ofMillis(500).toNanos();
  private static final int SLOTS = 10;
  private static final double GROWTH = 1.25;
  private static final long NONE = Long.MAX_VALUE;

  /** More than any bound. */
  private static final long MOST = 1L << 30;

  private final long[] acknowledged = new long[SLOTS];
  private long slot = Long.MIN_VALUE;
  private long waiting;
  private long lastDone;

  /** The longest time since the bound was changed. */
  private long slowest;

  private long changed;
  private long limit = NONE;

  /**
   * Takes bytes on, if so much may wait.
   *
   * @param now {@link System#nanoTime}
   */
  synchronized boolean takes(long bytes, long now) {
    if (waiting == 0) {
      move(now);
      lastDone = now;
    } else if (waiting >= limit(now)) {
      return false;
    }
    waiting += bytes;
    return true;
  }

  /** Bytes that may wait now; {@link Long#MAX_VALUE} while the log keeps up. */
  synchronized long limit(long now) {
    move(now);
    if (waiting > 0 && now - lastDone > LATE) {
      shrink(now);
    }
    return limit;
  }

  /** What was taken on is not sent at all, for another reason. */
  synchronized void giveBack(long bytes) {
    waiting -= bytes;
  }

  /**
   * Something has its outcome.
   *
   * @param bytes that were taken on
   * @param of those, what was acknowledged
   * @param took nanoseconds since they were taken on
   */
  synchronized void done(long bytes, long of, long took, long now) {
    move(now);
    waiting -= bytes;
    acknowledged[Math.floorMod(slot, SLOTS)] += of;
    lastDone = now;
    slowest = Math.max(slowest, took);
    if (took > LATE) {
      shrink(now);
    } else if (limit != NONE && now - changed > Math.max(SLOT, slowest)) {
      limit = limit > MOST ? NONE : (long) (limit * GROWTH);
      changed = now;
      slowest = 0;
    }
  }

  /** At most once in the time that it takes to see what came of it. */
  private void shrink(long now) {
    if (limit == NONE || now - changed > TARGET) {
      double rate = (double) Arrays.stream(acknowledged).sum() / (SLOT * SLOTS);
      limit = Math.max(LEAST, (long) (rate * TARGET));
      changed = now;
      slowest = 0;
    }
  }

  /** To the slot of now; when nothing had an outcome for all of them, nothing is known any more. */
  private void move(long now) {
    long present = Math.floorDiv(now, SLOT);
    if (present <= slot) {
      return;
    }
    long passed = slot == Long.MIN_VALUE ? SLOTS : Math.min(SLOTS, present - slot);
    for (long i = 0; i < passed; i++) {
      acknowledged[Math.floorMod(present - i, SLOTS)] = 0;
    }
    if (passed == SLOTS && waiting == 0) {
      limit = NONE;
    }
    slot = present;
  }
}
