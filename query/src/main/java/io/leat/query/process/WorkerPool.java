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
  private boolean isWarming;
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
    synchronized (this) {
      if (closed || !numbers.isEmpty()) {
        return;
      }
      isWarming = true;
      numbers.add(1);
    }
    try {
      giveBack(start(1));
    } finally {
      synchronized (this) {
        isWarming = false;
        notifyAll();
      }
    }
  }

  /**
   * A worker for one query, to be handed to {@link #giveBack} or {@link #discard}.
   *
   * @throws LeatException QUERY_ENGINE_UNAVAILABLE when none can be started
   */
  public WorkerProcess borrow() {
    while (true) {
      WorkerProcess worker;
      synchronized (this) {
        awaitWarming();
        if (idle.isEmpty()) {
          break;
        }
        worker = idle.pop().worker();
        lent.add(worker);
      }
      if (worker.isAlive()) {
        return worker;
      }
      crashed(worker);
    }
    int number;
    synchronized (this) {
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
  public void giveBack(WorkerProcess worker) {
    synchronized (this) {
      crashesInARow = 0;
      if (!closed && worker.isAlive()) {
        lent.remove(worker);
        idle.push(new Idle(worker, clock.instant()));
        return;
      }
    }
    discard(worker);
  }

  /** The worker was killed on purpose or is in a state that nobody knows. */
  public void discard(WorkerProcess worker) {
    worker.close();
    synchronized (this) {
      lent.remove(worker);
      numbers.remove(worker.number());
    }
  }

  /** The worker died by itself: the next start may have to wait. */
  public void crashed(WorkerProcess worker) {
    LOG.warn("A query worker died: worker={} pid={}", worker.number(), worker.pid());
    crashes.increment();
    discard(worker);
    synchronized (this) {
      backOff();
    }
  }

  /** Ends workers that had nothing to do for long; one stays. Called regularly. */
  public void stopIdle() {
    List<WorkerProcess> old = new ArrayList<>();
    synchronized (this) {
      Instant before = clock.instant().minus(settings.idle());
      Iterator<Idle> oldestFirst = idle.descendingIterator();
      while (oldestFirst.hasNext() && size() > 1) {
        Idle candidate = oldestFirst.next();
        if (candidate.since().isBefore(before)) {
          oldestFirst.remove();
          old.add(candidate.worker());
        }
      }
    }
    old.forEach(this::discard);
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
  public void close() {
    List<Idle> waiting;
    synchronized (this) {
      closed = true;
      lent.forEach(WorkerProcess::kill);
      waiting = List.copyOf(idle);
      idle.clear();
      notifyAll();
    }
    waiting.forEach(one -> discard(one.worker()));
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

  private synchronized void awaitWarming() {
    try {
      while (isWarming && idle.isEmpty() && !closed) {
        wait();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private synchronized void awaitBackOff() {
    long millis = untilNextStart();
    if (millis > LONGEST_WAIT.toMillis()) {
      throw new LeatException(
          ErrorCode.QUERY_ENGINE_UNAVAILABLE,
          "The query engine's process keeps ending; it is started again in "
              + (millis + 999) / 1000
              + " s");
    }
    try {
      while (millis > 0 && !closed) {
        wait(millis);
        millis = untilNextStart();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (closed) {
      throw stopping();
    }
  }

  private synchronized long untilNextStart() {
    Instant now = clock.instant();
    return nextStart.isAfter(now) ? Duration.between(now, nextStart).toMillis() : 0;
  }

  private static LeatException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new LeatException(ErrorCode.QUERY_CANCELLED, "The query was cancelled", e);
  }

  private static LeatException stopping() {
    return new LeatException(ErrorCode.NOT_READY, "The query engine is stopping");
  }
}
