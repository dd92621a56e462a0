package io.leat.app.platform;

import io.leat.app.reconcile.Period;
import io.leat.app.reconcile.ReconciledStream;
import io.leat.app.reconcile.Reconciler;
import io.leat.app.reconcile.Reconciliation;
import io.leat.app.reconcile.StreamReport;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles, one run at a time, on one thread. Who asked comes back for the answer; a run that
 * nobody comes back for is given up. Thread-safe.
 */
final class Reconciling implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reconciling.class);
  private static final int MOST_WAITING = 4;
  private static final int MOST_KEPT = 16;
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);

  private final Reconciler reconciler;
  private final InstantSource clock;
  private final Map<String, Run> runs = new LinkedHashMap<>();
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          task -> {
            Thread own = new Thread(task, "leat-reconcile");
            own.setDaemon(true);
            return own;
          });
  private volatile boolean closed;

  Reconciling(Reconciler reconciler, InstantSource clock) {
    this.reconciler = reconciler;
    this.clock = clock;
  }

  /** One reconciliation, waiting, under way or done. */
  final class Run {
    private final String id = UUID.randomUUID().toString();
    private final String owner;
    private final CompletableFuture<Reconciliation> result = new CompletableFuture<>();
    private volatile String progress = "waiting for another one to end";
    private volatile @Nullable Instant lastAsked;

    private Run(String owner) {
      this.owner = owner;
    }

    String id() {
      return id;
    }

    String progress() {
      return progress;
    }

    /**
     * Waits for it.
     *
     * @return empty when it is not done within the time
     * @throws LeatException as it failed
     */
    Optional<Reconciliation> await(Duration within) {
      lastAsked = clock.instant();
      try {
        return Optional.of(result.get(within.toMillis(), TimeUnit.MILLISECONDS));
      } catch (TimeoutException e) {
        return Optional.empty();
      } catch (ExecutionException e) {
        throw Applying.known(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LeatException(ErrorCode.NOT_READY, "Leat is stopping", e);
      }
    }

    private boolean isOver() {
      Instant asked = lastAsked;
      return closed || (asked != null && asked.plus(FORGOTTEN).isBefore(clock.instant()));
    }

    private void work(List<ReconciledStream> streams, Period period) {
      Instant begun = clock.instant();
      try {
        Map<String, List<ReconciledStream>> byBlueprint = new LinkedHashMap<>();
        streams.forEach(
            stream ->
                byBlueprint
                    .computeIfAbsent(stream.blueprint(), any -> new ArrayList<>())
                    .add(stream));
        List<StreamReport> reports = new ArrayList<>();
        for (List<ReconciledStream> own : byBlueprint.values()) {
          reports.addAll(reconciler.reconcile(own, period, step -> progress = step, this::isOver));
        }
        Instant ended = clock.instant();
        result.complete(new Reconciliation(period, ended, Duration.between(begun, ended), reports));
      } catch (InterruptedException e) {
        result.completeExceptionally(new LeatException(ErrorCode.NOT_READY, "Leat is stopping", e));
      } catch (RuntimeException e) {
        if (!closed) {
          log.warn("Reconciling failed: {}", e.toString());
          log.debug("Reconciling failed", e);
        }
        result.completeExceptionally(e);
      } catch (Error e) {
        result.completeExceptionally(e);
        throw e;
      }
    }
  }

  /**
   * Begins a run.
   *
   * @param owner who may ask for the answer
   * @throws LeatException OVERLOADED when too many wait
   */
  Run begin(String owner, List<ReconciledStream> streams, Period period) {
    Run run = new Run(owner);
    try {
      thread.execute(() -> run.work(streams, period));
    } catch (RejectedExecutionException e) {
      throw closed
          ? new LeatException(ErrorCode.NOT_READY, "Leat is stopping", e)
          : new LeatException(
              ErrorCode.OVERLOADED,
              "There are " + MOST_WAITING + " reconciliations waiting already",
              e);
    }
    synchronized (runs) {
      Iterator<Run> oldest = runs.values().iterator();
      while (runs.size() >= MOST_KEPT && oldest.hasNext()) {
        if (oldest.next().result.isDone()) {
          oldest.remove();
        }
      }
      runs.put(run.id, run);
    }
    return run;
  }

  /**
   * A run that the owner began.
   *
   * @throws LeatException NOT_FOUND when it is not known, or not any more
   */
  Run find(String owner, String id) {
    synchronized (runs) {
      Run run = runs.get(id);
      if (run == null || !run.owner.equals(owner)) {
        throw new LeatException(
            ErrorCode.NOT_FOUND,
            "There is no reconciliation '" + id + "'; begin one without 'run'");
      }
      return run;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
        log.warn("A reconciliation is still reading");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
