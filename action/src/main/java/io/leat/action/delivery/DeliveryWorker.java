package io.leat.action.delivery;

import io.leat.action.incident.Incidents;
import io.leat.action.target.DeliveryLostException;
import io.leat.action.target.TargetOutcome;
import io.leat.action.target.TargetRequest;
import io.leat.rules.incident.TargetSpec.Limits;
import io.leat.state.StateDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers to one target: claims what waits, has the target show it, writes down how that ended. A
 * thread claims, others deliver. Workers of several processes may do so for the same target.
 */
public final class DeliveryWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DeliveryWorker.class);
  private static final long IDLE_MILLIS = 1_000;
  private static final long BLOCKED_MILLIS = 100;
  private static final long SHORTEST_MILLIS = 10;
  private static final Duration COUNT_EVERY = Duration.ofSeconds(5);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);
  private static final AtomicLong CLAIMS = new AtomicLong();

  private final StateDatabase database;
  private final DeliveryTarget target;
  private final DeliveryOutbox outbox;
  private final DeliveryRows rows;
  private final RequestReading reading;
  private final Backoff backoff;
  private final String instance;
  private final Breaker breaker;
  private final DeliveryMetrics metrics;
  private final Semaphore free;
  private final ExecutorService deliverers;
  private final Thread claimer;
  private final Semaphore woken = new Semaphore(0);
  private final Runnable wake = woken::release;
  private volatile boolean isStopping;
  private long countedAt = Long.MIN_VALUE;

  /**
   * What workers need besides their target.
   *
   * @param instance names the process for good; it runs once at a time
   * @param links where Leat shows an incident, by its id; null when its address is not known
   */
  public record Surroundings(
      StateDatabase database,
      Incidents incidents,
      DeliveryOutbox outbox,
      String instance,
      Function<String, @Nullable URI> links,
      RandomGenerator random,
      MeterRegistry registry) {}

  /** Made; {@link #start} begins. */
  public DeliveryWorker(DeliveryTarget target, Surroundings with) {
    this.database = with.database();
    this.target = target;
    this.outbox = with.outbox();
    this.rows = new DeliveryRows(database, target);
    this.reading = new RequestReading(with.incidents(), with.links());
    Limits limits = target.spec().limits();
    this.backoff = new Backoff(limits.firstRetry(), limits.mostRetry(), with.random());
    this.instance = with.instance();
    this.breaker = new Breaker(target.name(), limits);
    this.metrics = new DeliveryMetrics(with.registry(), target, breaker);
    this.free = new Semaphore(limits.concurrency());
    AtomicLong number = new AtomicLong();
    this.deliverers =
        Executors.newFixedThreadPool(
            limits.concurrency(),
            work ->
                new Thread(work, "leat-deliver-" + target.name() + "-" + number.incrementAndGet()));
    this.claimer = new Thread(this::run, "leat-deliver-" + target.name());
    this.claimer.setDaemon(true);
  }

  /** Gives up what an earlier run of this process left, and begins to deliver. */
  public void start() {
    rows.prepare();
    rows.release(instance);
    outbox.whenCommitted(wake);
    claimer.start();
  }

  /** There may be something to do: a pause ended, something is redriven. */
  public void wake() {
    wake.run();
  }

  /** Whom it delivers to. */
  public DeliveryTarget target() {
    return target;
  }

  private void run() {
    while (!isStopping) {
      boolean isHeld = false;
      try {
        count();
        free.acquire();
        isHeld = true;
        if (!breaker.permits()) {
          free.release();
          isHeld = false;
          Thread.sleep(BLOCKED_MILLIS);
        } else if (claimAndDeliver()) {
          isHeld = false; // whoever delivers gives it back
        } else {
          free.release();
          isHeld = false;
          sleepUntilDue();
        }
      } catch (InterruptedException e) {
        return; // close() asks for it
      } catch (RuntimeException e) {
        if (isHeld) {
          free.release();
        }
        if (!isStopping) {
          log.warn("Cannot claim deliveries to {}: {}", target.name(), e.getMessage());
          pause();
        }
      }
    }
  }

  /** Whether there was something; the breaker has permitted it. */
  private boolean claimAndDeliver() {
    Optional<Claim> claim = Optional.empty();
    try {
      claim = rows.claim(instance + "/" + CLAIMS.incrementAndGet());
    } finally {
      if (claim.isEmpty()) {
        breaker.unused();
      }
    }
    if (claim.isEmpty()) {
      return false;
    }
    Claim claimed = claim.get();
    try {
      deliverers.execute(() -> deliverAndFree(claimed));
      return true;
    } catch (RejectedExecutionException e) {
      breaker.unused();
      rows.handBack(claimed, false);
      return false; // it stops
    }
  }

  private void deliverAndFree(Claim claim) {
    try {
      deliver(claim);
    } catch (RuntimeException e) {
      // It waits until its claim has run out, and counts as not settled then.
      log.warn("Cannot note a delivery to {}: {}", target.name(), e.getMessage());
    } finally {
      free.release();
      wake();
    }
  }

  private void deliver(Claim claim) {
    TargetBudget budget = new TargetBudget(database, target, claim);
    TargetOutcome outcome = null;
    try {
      TargetRequest request = reading.read(claim, target.target().coalesces());
      outcome = target.target().deliver(request, new DeliveryMemory(database, claim), budget);
    } catch (InterruptedException e) {
      Thread.interrupted(); // so that the database can be told
      rows.handBack(claim, budget.taken() > 0);
    } catch (DeliveryLostException e) {
      metrics.attempted("lost");
      log.warn("{}", e.getMessage());
    } catch (RuntimeException e) {
      log.warn("Target {} failed in an attempt", target.name(), e);
      outcome = new TargetOutcome.Unknown("the target failed: " + e);
    } finally {
      metrics.requested(budget.taken());
      if (outcome == null) {
        breaker.unused();
      } else {
        breaker.ended(outcome);
      }
    }
    if (outcome != null) {
      note(claim, outcome);
    }
  }

  private void note(Claim claim, TargetOutcome outcome) {
    if (outcome instanceof TargetOutcome.Delivered delivered) {
      if (rows.delivered(claim, delivered.externalId(), delivered.externalUrl())) {
        metrics.delivered(claim.waited());
      }
      metrics.attempted("delivered");
    } else if (outcome instanceof TargetOutcome.Refused refused) {
      metrics.attempted("refused");
      giveUp(claim, refused.reason());
    } else if (outcome instanceof TargetOutcome.Retry retry) {
      metrics.attempted("retry");
      Duration after = retry.retryAfter() == null ? Duration.ZERO : retry.retryAfter();
      later(claim, retry.reason(), after, false, after);
    } else if (outcome instanceof TargetOutcome.Blocked blocked) {
      metrics.attempted("blocked");
      log.warn(
          "Target {} cannot be told anything until that is mended: {}",
          target.name(),
          blocked.reason());
      later(claim, blocked.reason(), target.spec().limits().mostRetry(), false, Duration.ZERO);
    } else if (outcome instanceof TargetOutcome.Unknown unknown) {
      metrics.attempted("unknown");
      later(claim, unknown.reason(), target.spec().limits().timeout(), true, Duration.ZERO);
    }
  }

  private void later(
      Claim claim, String reason, Duration atLeast, boolean isUnknown, Duration notBefore) {
    Duration most = target.spec().limits().maxAge();
    if (claim.waited().compareTo(most) > 0) {
      giveUp(claim, "not delivered within " + most + "; at last: " + reason);
      return;
    }
    Duration pause = backoff.pause(claim.attempt());
    rows.failed(
        claim, reason, pause.compareTo(atLeast) < 0 ? atLeast : pause, isUnknown, notBefore);
  }

  private void giveUp(Claim claim, String cause) {
    if (rows.gaveUp(claim, cause)) {
      log.error(
          "Gave up telling {} of incident {}: {}. `leat delivery redrive {}` tries it again.",
          target.name(),
          claim.incident(),
          cause,
          claim.id());
    }
  }

  private void sleepUntilDue() throws InterruptedException {
    OptionalLong due = rows.nextDue();
    long millis = Math.min(IDLE_MILLIS, Math.max(SHORTEST_MILLIS, due.orElse(IDLE_MILLIS)));
    if (woken.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      woken.drainPermits();
    }
  }

  private void pause() {
    try {
      Thread.sleep(IDLE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void count() {
    long now = System.nanoTime();
    if (countedAt == Long.MIN_VALUE || now - countedAt > COUNT_EVERY.toNanos()) {
      countedAt = now;
      metrics.backlog(rows.backlog());
    }
  }

  /** Interrupts what is under way; it is handed back. */
  @Override
  public void close() {
    isStopping = true;
    outbox.forget(wake);
    claimer.interrupt();
    deliverers.shutdownNow();
    try {
      claimer.join(CLOSE_WITHIN.toMillis());
      if (!deliverers.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("A delivery to {} does not stop", target.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    metrics.close();
  }
}
