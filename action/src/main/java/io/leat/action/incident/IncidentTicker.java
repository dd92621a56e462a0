package io.leat.action.incident;

import io.leat.event.LeatException;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has time pass for incidents, once a second. Several processes may do so. */
public final class IncidentTicker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(IncidentTicker.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration FORGET_EVERY = Duration.ofMinutes(10);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final Incidents incidents;
  private final Supplier<? extends Collection<String>> blueprints;
  private final Thread thread;

  /**
   * Made; {@link #start} begins.
   *
   * @param blueprints the names of those that there are now
   */
  public IncidentTicker(Incidents incidents, Supplier<? extends Collection<String>> blueprints) {
    this.incidents = incidents;
    this.blueprints = blueprints;
    this.thread = new Thread(this::run, "leat-incidents");
    this.thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    long forgetAt = System.nanoTime();
    try {
      while (true) {
        boolean forgets = System.nanoTime() - forgetAt >= 0;
        if (forgets) {
          forgetAt = System.nanoTime() + FORGET_EVERY.toNanos();
        }
        for (String blueprint : blueprints.get()) {
          passTime(blueprint, forgets);
        }
        Thread.sleep(EVERY.toMillis());
      }
    } catch (InterruptedException e) {
      log.debug("Looks after incidents no more");
    }
  }

  private void passTime(String blueprint, boolean forgets) {
    try {
      incidents.passTime(blueprint);
      if (forgets) {
        int forgotten = incidents.forget(blueprint);
        if (forgotten > 0) {
          log.info("Incidents of {} that are forgotten: {}", blueprint, forgotten);
        }
      }
    } catch (LeatException e) {
      log.warn("Cannot look after the incidents of {}: {}", blueprint, e.getMessage());
    } catch (RuntimeException | Error e) { // those of other blueprints go on
      log.error("Cannot look after the incidents of {}", blueprint, e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
