package io.leat.query.process;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends workers: an idle one, the last used first, else a new one. Never more than {@link
 * WorkerSettings#maxWorkers()} are alive, as there are no more borrowers. Safe for many threads.
 */
public final class WorkerPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private record Idle(WorkerProcess worker, Instant since) {}

  private final WorkerSettings settings;
  private final InstantSource clock;
  private final Counter starts;
  private final Counter crashes;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private final Set<WorkerProcess> lent = new HashSet<>();
  private final Set<Integer> numbers = new HashSet<>();
  private int crashesInARow;
  private Instant nextStart = Instant.MIN;
  private boolean closed;

  public WorkerPool(WorkerSettings settings, InstantSource clock, MeterRegistry registry) {
    this.settings = settings;
    this.clock = clock;
    this.starts = registry.counter("leat_query_worker_starts");
    this.crashes = registry.counter("leat_query_worker_crashes");
    Gauge.builder("leat_query_workers", this, WorkerPool::size).register(registry);
    Gauge.builder("leat_query_workers_bound", settings, WorkerSettings::maxWorkers)
        .register(registry);
  }

  /** Starts a worker if there is none, so that the first query need not wait. */
  public void warm() {
    if (size() == 0) {
      giveBack(borrow());
    }
  }

  /**
   * A worker for one query, to be handed to {@link #giveBack} or {@link #discard}.
   *
   * @throws LeatException QUERY_ENGINE_UNAVAILABLE when none can be started
   */
  public WorkerProcess borrow() {
    int number;
    synchronized (this) {
      while (!idle.isEmpty()) {
        WorkerProcess worker = idle.pop().worker();
        if (worker.isAlive()) {
          lent.add(worker);
          return worker;
        }
        crashed(worker);
      }
      awaitBackOff();
      number = freeNumber();
      numbers.add(number);
    }
    return start(number);
  }

  private WorkerProcess start(int number) {
    starts.increment();
    WorkerProcess worker;
    try {
      worker = WorkerProcess.start(number, settings);
    } catch (RuntimeException e) {
      synchronized (this) {
        numbers.remove(number);
        backOff();
      }
      throw e;
    }
    synchronized (this) {
      if (!closed) {
        lent.add(worker);
        return worker;
      }
      numbers.remove(number);
    }
    worker.close();
    throw stopping();
  }

  /** The worker has answered its query and is ready for another. */
  public synchronized void giveBack(WorkerProcess worker) {
    lent.remove(worker);
    crashesInARow = 0;
    if (closed || !worker.isAlive()) {
      forget(worker);
    } else {
      idle.push(new Idle(worker, clock.instant()));
    }
  }

  /** The worker was killed on purpose or is in a state that nobody knows. */
  public synchronized void discard(WorkerProcess worker) {
    lent.remove(worker);
    forget(worker);
  }

  /** The worker died by itself: the next start may have to wait. */
  public synchronized void crashed(WorkerProcess worker) {
    LOG.warn("A query worker died: worker={} pid={}", worker.number(), worker.pid());
    crashes.increment();
    lent.remove(worker);
    forget(worker);
    backOff();
  }

  /** Ends workers that had nothing to do for long; one stays. Called regularly. */
  public synchronized void stopIdle() {
    Instant before = clock.instant().minus(settings.idle());
    Iterator<Idle> oldestFirst = idle.descendingIterator();
    while (oldestFirst.hasNext() && size() > 1) {
      Idle candidate = oldestFirst.next();
      if (candidate.since().isBefore(before)) {
        oldestFirst.remove();
        forget(candidate.worker());
      }
    }
  }

  /** The ids of all living worker processes. */
  public synchronized List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    lent.forEach(worker -> pids.add(worker.pid()));
    idle.forEach(waiting -> pids.add(waiting.worker().pid()));
    return pids;
  }

  /** How many workers there are. */
  public synchronized int size() {
    return idle.size() + lent.size();
  }

  @Override
  public synchronized void close() {
    closed = true;
    lent.forEach(WorkerProcess::kill);
    idle.forEach(waiting -> forget(waiting.worker()));
    idle.clear();
    notifyAll();
  }

  private void forget(WorkerProcess worker) {
    worker.close();
    numbers.remove(worker.number());
  }

  private int freeNumber() {
    int number = 1;
    while (numbers.contains(number)) {
      number++;
    }
    return number;
  }

  /** The first death costs nothing; those that follow without a success between do. */
  private void backOff() {
    crashesInARow++;
    if (crashesInARow > 1) {
      long factor = 1L << Math.min(crashesInARow - 2, 20);
      Duration wait = FIRST_BACK_OFF.multipliedBy(factor);
      nextStart =
          clock
              .instant()
              .plus(wait.compareTo(settings.maxBackOff()) > 0 ? settings.maxBackOff() : wait);
    }
  }

  private void awaitBackOff() {
    Duration wait = Duration.between(clock.instant(), nextStart.isBefore(clock.instant())
        ? clock.instant() : nextStart);
    if (wait.compareTo(LONGEST_WAIT) > 0) {
      throw new LeatException(
          ErrorCode.QUERY_ENGINE_UNAVAILABLE,
          "The query engine's process keeps ending; it is started again in "
              + wait.plusMillis(999).toSeconds()
              + " s");
    }
    try {
      long millis = wait.toMillis();
      if (millis > 0 && !closed) {
        wait(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.QUERY_CANCELLED, "The query was cancelled", e);
    }
    if (closed) {
      throw stopping();
    }
  }

  private static LeatException stopping() {
    return new LeatException(ErrorCode.NOT_READY, "The query engine is stopping");
  }
}
