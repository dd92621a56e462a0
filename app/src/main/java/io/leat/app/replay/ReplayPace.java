package io.leat.app.replay;

import io.leat.event.LeatException;
import io.leat.lake.maintenance.CoreShare;
import io.leat.lake.maintenance.Pace;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Gives a replay a share of one core, and lets it wait while the machine or the processor has too
 * much to do, though never for ever. Owned by the thread that made it.
 */
final class ReplayPace implements Pace {
  private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PART_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final CoreShare share;
  private final BooleanSupplier stopped;
  private final Supplier<Optional<String>> tooMuchLoad;
  private long next = System.nanoTime() + LOOK_EVERY_NANOS;

  /**
   * @param share of one core, above 0, at most 1
   * @param stopped asked at each step; when true, the step throws CancellationException
   */
  ReplayPace(double share, BooleanSupplier stopped, Supplier<Optional<String>> tooMuchLoad) {
    this.share = new CoreShare(share, stopped);
    this.stopped = stopped;
    this.tooMuchLoad = tooMuchLoad;
  }

  @Override
  public void step() {
    share.step();
    if (System.nanoTime() - next < 0) {
      return;
    }
    long until = System.nanoTime() + (isTooMuch() ? MOST_WAIT_NANOS : 0);
    while (System.nanoTime() - until < 0 && !stopped.getAsBoolean()) {
      LockSupport.parkNanos(PART_NANOS);
    }
    next = System.nanoTime() + LOOK_EVERY_NANOS;
  }

  private boolean isTooMuch() {
    try {
      return tooMuchLoad.get().isPresent();
    } catch (LeatException e) {
      return true; // an engine that does not answer has enough to do
    }
  }
}
