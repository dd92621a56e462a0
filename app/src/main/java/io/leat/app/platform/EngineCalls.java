package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one engine for those who owe someone an answer: on a bounded number of threads and in a
 * bounded time, also when the engine hangs and its client cannot be interrupted. While the last
 * question had no answer in time, the next ones wait only {@link #BRIEF}; any answer, a late one
 * too, ends that. Safe for many threads.
 */
final class EngineCalls implements AutoCloseable {
  /** Longer than a healthy engine needs, short enough that a question in two parts fits. */
  static final Duration WITHIN = Duration.ofSeconds(3);

  static final Duration BRIEF = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(EngineCalls.class);
  private static final int THREADS = 8;
  private static final int MOST_WAITING = 64;

  private final String engine;
  private final ErrorCode unavailable;
  private final Duration within;
  private final ThreadPoolExecutor threads;
  private volatile boolean late;

  /**
   * @param engine for people, such as {@code Kafka}
   * @param unavailable the code of its failures
   */
  EngineCalls(String engine, ErrorCode unavailable) {
    this(engine, unavailable, WITHIN);
  }

  EngineCalls(String engine, ErrorCode unavailable, Duration within) {
    this.engine = engine;
    this.unavailable = unavailable;
    this.within = within;
    AtomicInteger count = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            task -> {
              Thread thread =
                  new Thread(
                      task, "leat-ask-" + unavailable.code() + "-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** A question that is on its way. */
  @FunctionalInterface
  interface Pending<T> {
    /**
     * Waits for the answer.
     *
     * @throws LeatException the engine's code when it does not answer in time, counted from the
     *     question, or answers with a failure that has no code
     */
    T answer();
  }

  /** Asks and waits for the answer, as {@link Pending#answer} says. */
  <T> T ask(Callable<T> question) {
    return begin(question).answer();
  }

  /** Asks and goes on. */
  <T> Pending<T> begin(Callable<T> question) {
    long deadline = System.nanoTime() + (late ? BRIEF : within).toNanos();
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              T answer = question.call();
              late = false;
              return answer;
            });
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      return () -> {
        throw threads.isShutdown()
            ? new LeatException(ErrorCode.NOT_READY, "Leat is stopping", e)
            : failure("has too many questions without an answer", e);
      };
    }
    return () -> await(task, deadline);
  }

  private <T> T await(FutureTask<T> task, long deadline) {
    try {
      return task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      late = true;
      task.cancel(false); // what has begun goes on: its answer tells that the engine is back
      throw failure("does not answer", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof LeatException known) {
        throw known;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      // Without the trace: in an outage there is one of these for each question.
      log.warn("{} does not answer as it should: {}", engine, cause.toString());
      log.debug("{} does not answer as it should", engine, cause);
      throw failure("does not answer as it should", cause);
    } catch (CancellationException e) {
      throw failure("does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      task.cancel(false);
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while asking " + engine, e);
    }
  }

  private LeatException failure(String what, Throwable cause) {
    return new LeatException(unavailable, engine + " " + what, cause);
  }

  /** Lets go of what is still asked. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
