package io.leat.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named checks, each run in the background on a thread of its own; the answers are kept, so that
 * asking costs nothing and a check that hangs delays no one.
 */
public final class Health implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Health.class);

  private final InstantSource clock;
  private final Duration every;
  private final Duration timeout;
  private final Map<String, Watched> checks = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** With checks each second that may take two. */
  public Health(InstantSource clock) {
    this(clock, Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  /**
   * @param every pause between two runs of a check
   * @param timeout a run that takes longer makes the check fail
   */
  public Health(InstantSource clock, Duration every, Duration timeout) {
    this.clock = clock;
    this.every = every;
    this.timeout = timeout;
  }

  /** Adds a check, from now on part of readiness; not ready until its first run has ended. */
  public void register(String name, HealthCheck check) {
    add(new Watched(name, check, true));
  }

  /** Adds a check that is reported, but no part of readiness: without it Leat still serves. */
  public void observe(String name, HealthCheck check) {
    add(new Watched(name, check, false));
  }

  private void add(Watched watched) {
    if (closed || checks.putIfAbsent(watched.name, watched) != null) {
      throw new IllegalStateException("The check '" + watched.name + "' cannot be added");
    }
    watched.thread.start();
  }

  /** The present answer of every check by name; empty means well. */
  public Map<String, Optional<String>> report() {
    Map<String, Optional<String>> report = new TreeMap<>();
    checks.forEach((name, watched) -> report.put(name, watched.problem()));
    return Collections.unmodifiableMap(report);
  }

  /** Whether every check is well that readiness depends on. */
  public boolean ready() {
    return checks.values().stream()
        .allMatch(watched -> !watched.required || watched.problem().isEmpty());
  }

  /** Whether readiness depends on the check. */
  public boolean isRequired(String name) {
    Watched watched = checks.get(name);
    return watched != null && watched.required;
  }

  @Override
  public void close() {
    closed = true;
    checks.values().forEach(watched -> watched.thread.interrupt());
  }

  /** One check and its last answer. The fields are written by its own thread only. */
  private final class Watched {
    private final String name;
    private final HealthCheck check;
    private final boolean required;
    private final Thread thread;
    private volatile Optional<String> last = Optional.of("has not been looked at yet");
    private volatile Instant ended = clock.instant();

    Watched(String name, HealthCheck check, boolean required) {
      this.name = name;
      this.check = check;
      this.required = required;
      this.thread = new Thread(this::run, "leat-health-" + name);
      this.thread.setDaemon(true);
    }

    Optional<String> problem() {
      boolean late = clock.instant().isAfter(ended.plus(every).plus(timeout));
      return late ? Optional.of("did not answer within " + text(timeout)) : last;
    }

    private void run() {
      while (!closed) {
        Optional<String> now = look();
        if (now.isPresent() != last.isPresent()) {
          log.info("Health of {}: {}", name, now.orElse("well"));
        }
        last = now;
        ended = clock.instant();
        LockSupport.parkNanos(every.toNanos());
      }
    }

    private Optional<String> look() {
      try {
        return check.problem();
      } catch (InterruptedException e) {
        return Optional.of("was interrupted");
      } catch (Exception e) {
        return Optional.of(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
      }
    }
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
