package io.leat.lake.maintenance;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Gives its thread a share of one core: after so much of processor time it sleeps the rest. Owned
 * by the thread that made it.
 */
public final class CoreShare implements Pace {
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long MOST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final double share;
  private final BooleanSupplier stopped;
  private long used = threads.getCurrentThreadCpuTime();

  /**
   * @param share of one core, above 0, at most 1
   * @param stopped asked at each step; when true, the step throws CancellationException
   */
  public CoreShare(double share, BooleanSupplier stopped) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("A share of a core is above 0 and at most 1");
    }
    this.share = share;
    this.stopped = stopped;
  }

  @Override
  public void step() {
    if (stopped.getAsBoolean()) {
      throw new CancellationException("Maintenance was stopped");
    }
    long now = threads.getCurrentThreadCpuTime();
    long slice = now - used;
    if (slice < SLICE_NANOS) {
      return;
    }
    used = now;
    long sleep = (long) (slice * (1 / share - 1));
    while (sleep > 0 && !stopped.getAsBoolean()) {
      long part = Math.min(sleep, MOST_SLEEP_NANOS);
      LockSupport.parkNanos(part);
      sleep -= part;
    }
  }
}
