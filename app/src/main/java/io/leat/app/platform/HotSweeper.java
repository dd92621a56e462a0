package io.leat.app.platform;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.StreamSpec;
import io.leat.state.HotSweep;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes expired newest states away, once a minute, in small transactions. */
final class HotSweeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HotSweeper.class);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final int BATCH = 1_000;
  private static final int MOST_BATCHES = 100;

  private final HotSweep sweep;
  private final Supplier<? extends Collection<Blueprint>> blueprints;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread sweeper = new Thread(task, "leat-hot-sweep");
            sweeper.setDaemon(true);
            return sweeper;
          });

  private @Nullable ScheduledFuture<?> sweeping;

  /**
   * @param blueprints as they are processed now
   */
  HotSweeper(HotSweep sweep, Supplier<? extends Collection<Blueprint>> blueprints) {
    this.sweep = sweep;
    this.blueprints = blueprints;
  }

  synchronized void start() {
    sweeping =
        thread.scheduleWithFixedDelay(
            this::sweep, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Sweeps what is due, but not for ever. */
  void sweep() {
    try {
      Duration retention = longestRetention();
      int expired = 0;
      boolean isDone = false;
      for (int i = 0; i < MOST_BATCHES && !isDone; i++) {
        HotSweep.Swept swept = sweep.sweep(retention, BATCH);
        expired += swept.expired();
        isDone = swept.isDone();
      }
      if (expired > 0) {
        log.info("Took {} expired newest states away", expired);
      }
    } catch (RuntimeException e) {
      log.warn("Expired newest states stay for now: {}", e.getMessage());
    }
  }

  private Duration longestRetention() {
    return blueprints.get().stream()
        .flatMap(blueprint -> blueprint.streams().values().stream())
        .map(StreamSpec::retention)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  @Override
  public synchronized void close() {
    if (sweeping != null) {
      sweeping.cancel(true);
    }
    thread.shutdownNow();
  }
}
