package io.leat.action.delivery;

import io.leat.action.target.ExternalChange;
import io.leat.action.target.TargetMemory;
import io.leat.action.target.TargetRefusesException;
import io.leat.state.StateDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a target now and then what people changed there. Of several processes one does. Ends by
 * itself when the target never tells.
 */
public final class TargetPoller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TargetPoller.class);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final StateDatabase database;
  private final DeliveryTarget target;
  private final ExternalChanges changes;
  private final Duration every;
  private final Thread thread;

  /** Between two looks: {@link #every}, or twice as long after each refusal. */
  private Duration pause;

  /** Made; {@link #start} begins. */
  public TargetPoller(
      StateDatabase database, DeliveryTarget target, ExternalChanges changes, Duration every) {
    this.database = database;
    this.target = target;
    this.changes = changes;
    this.every = every;
    this.pause = every;
    this.thread = new Thread(this::run, "leat-poll-" + target.name());
    this.thread.setDaemon(true);
  }

  public void start() {
    new DeliveryRows(database, target).prepare();
    thread.start();
  }

  private void run() {
    try {
      boolean tells = true;
      while (tells) {
        tells = askSafely();
        Thread.sleep(every.toMillis());
      }
    } catch (InterruptedException e) {
      log.debug("Asks {} no more", target.name());
    }
  }

  /** Whether there is a use in asking again. */
  private boolean askSafely() throws InterruptedException {
    try {
      if (!changes.takesTurn(target, pause)) {
        return true;
      }
      boolean tells = ask();
      pause = every;
      return tells;
    } catch (TargetRefusesException e) {
      pause = longer();
      log.warn(
          "{} does not tell what changed there, and is asked again in {} s: {}",
          target.name(),
          pause.toSeconds(),
          e.getMessage());
      return true;
    } catch (RuntimeException e) {
      log.warn("Cannot ask {} what changed there: {}", target.name(), e.getMessage());
      return true;
    }
  }

  /** Soon enough for a secret that is mended at once, and too seldom to lock an account. */
  private Duration longer() {
    Duration most = target.spec().limits().mostRetry();
    Duration doubled = pause.multipliedBy(2);
    if (doubled.compareTo(most) <= 0) {
      return doubled;
    }
    return most.compareTo(every) > 0 ? most : every;
  }

  private boolean ask() throws InterruptedException {
    Instant readAt = changes.now();
    Map<String, String> before = changes.memory(target);
    Map<String, String> after = new HashMap<>();
    TargetMemory memory =
        new TargetMemory() {
          @Override
          public Optional<String> get(String name) {
            return Optional.ofNullable(after.getOrDefault(name, before.get(name)));
          }

          @Override
          public void put(String name, String value) {
            after.put(name, value);
          }
        };
    Optional<List<ExternalChange>> found =
        target.target().poll(memory, new TargetBudget(database, target, null));
    found.ifPresent(all -> changes.apply(target, all, readAt, after));
    return found.isPresent();
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
