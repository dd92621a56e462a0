package io.leat.gateway.publishing;

import java.time.Duration;
import java.util.Arrays;

/**
 * Says how much may wait for its acknowledgement, by how fast it goes. While a log is slower than
 * what comes in, whatever waits too long has lost its time in vain, and so has all behind it: then
 * only so much is taken on as was acknowledged in that time before. When it keeps up again the
 * bound grows, a little at a time, until there is none. Thread-safe.
 */
final class Congestion {
  /** A log that takes longer does not keep up. */
  private static final long SLOW = Duration.ofSeconds(1).toNanos();

  /** What is taken on then should take no longer; a record has some four seconds. */
  private static final long TARGET = Duration.ofMillis(2_500).toNanos();

  /** A request of a usual size is always taken on when nothing else waits. */
  private static final long LEAST = 512 * 1024;

  private static final long SLOT = Duration.ofMillis(500).toNanos();
  private static final int SLOTS = 10;

  /** With each slot in which the log kept up. */
  private static final double GROWTH = 1.25;

  private static final long NONE = Long.MAX_VALUE;

  /** More than any bound: the log has kept up for half a minute. */
  private static final long MOST = 1L << 30;

  private final long[] acknowledged = new long[SLOTS];
  private long slot = Long.MIN_VALUE;
  private long lastDone;
  private long slowest;
  private long limit = NONE;

  /**
   * Whether more may be taken on.
   *
   * @param waiting bytes without an outcome
   * @param more bytes
   * @param now {@link System#nanoTime}
   */
  synchronized boolean admits(long waiting, long more, long now) {
    return waiting == 0 || waiting + more <= limit(waiting, now);
  }

  /** Bytes that may wait now; {@link Long#MAX_VALUE} while the log keeps up. */
  synchronized long limit(long waiting, long now) {
    move(now);
    if (slowest > SLOW || (waiting > 0 && now - lastDone > SLOW)) {
      limit = Math.max(LEAST, rate());
    }
    return limit;
  }

  /** Nothing waited before this: a pause was nobody's fault. */
  synchronized void begin(long now) {
    move(now);
    lastDone = now;
  }

  /**
   * Something has its outcome.
   *
   * @param bytes of what was acknowledged
   * @param took nanoseconds since it was taken on
   */
  synchronized void done(long bytes, long took, long now) {
    move(now);
    acknowledged[Math.floorMod(slot, SLOTS)] += bytes;
    lastDone = now;
    slowest = Math.max(slowest, took);
  }

  /** Bytes that were acknowledged in so long. */
  private long rate() {
    return (long) (Arrays.stream(acknowledged).sum() * ((double) TARGET / (SLOT * SLOTS)));
  }

  /** To the slot of now: what was slow before is forgotten, and the bound grows. */
  private void move(long now) {
    long present = Math.floorDiv(now, SLOT);
    if (present == slot) {
      return;
    }
    long passed = slot == Long.MIN_VALUE ? SLOTS : Math.min(SLOTS, present - slot);
    for (long i = 0; i < passed; i++) {
      acknowledged[Math.floorMod(present - i, SLOTS)] = 0;
    }
    if (limit != NONE && slowest <= SLOW) {
      limit = limit > MOST ? NONE : (long) (limit * GROWTH);
    }
    slowest = 0;
    slot = present;
  }
}
