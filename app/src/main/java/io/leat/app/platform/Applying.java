package io.leat.app.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.jdbc.UncheckedInterruptedException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies blueprints, one request at a time, on a thread of its own. A request waits for the end in
 * a bounded time; then it is told how far the change is, which goes on. Thread-safe.
 */
final class Applying implements AutoCloseable {
  /** Shorter than the command line waits. */
  private static final Duration WITHIN = Duration.ofSeconds(25);

  private static final Logger log = LoggerFactory.getLogger(Applying.class);

  /** The change as a whole. It tells each step before it begins it. */
  @FunctionalInterface
  interface Change {
    ObjectNode make(Steps steps);
  }

  /** Where the change is. */
  @FunctionalInterface
  interface Steps {
    /**
     * Called before a step.
     *
     * @param step what is being done: {@code restarting the job of devices}
     * @param engine the code of the engine that it waits for
     */
    void begin(String step, ErrorCode engine);
  }

  private record Step(String text, ErrorCode engine) {}

  private final Change change;
  private final Duration within;
  private final AtomicReference<@Nullable Step> underWay = new AtomicReference<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread own = new Thread(task, "leat-apply");
            own.setDaemon(true);
            return own;
          });

  Applying(Change change) {
    this(change, WITHIN);
  }

  Applying(Change change, Duration within) {
    this.change = change;
    this.within = within;
  }

  /**
   * Makes the change; blocks.
   *
   * @throws LeatException CONFLICT while another request's change is under way, the engine's code
   *     when an engine does not answer or the change takes longer than a request may wait
   */
  ObjectNode apply() {
    Step first = new Step("reading the blueprints", ErrorCode.NOT_READY);
    Step now = underWay.compareAndExchange(null, first);
    if (now != null) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "Another request's change is under way: it is " + now.text() + ". Ask again later");
    }
    Future<ObjectNode> made = thread.submit(this::make);
    try {
      return made.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw known(e.getCause());
    } catch (TimeoutException e) {
      Step at = underWay.get();
      throw new LeatException(
          at == null ? ErrorCode.NOT_READY : at.engine(),
          "The change is "
              + (at == null ? "ending" : at.text())
              + " and goes on; ask again to see it done",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Leat is stopping", e);
    }
  }

  private ObjectNode make() {
    try {
      ObjectNode changes = change.make((step, engine) -> underWay.set(new Step(step, engine)));
      log.info("The blueprints were applied");
      return changes;
    } catch (RuntimeException e) {
      log.warn("The blueprints were not applied: {}", e.toString());
      throw e;
    } finally {
      underWay.set(null);
    }
  }

  /** With the code of the engine that failed, if one did. */
  static RuntimeException known(@Nullable Throwable failure) {
    if (failure instanceof LeatException known) {
      return known;
    }
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof KafkaException) {
        return new LeatException(ErrorCode.LOG_UNAVAILABLE, "Kafka does not answer", failure);
      }
      if (isOfTheLake(t)) {
        return new LeatException(
            ErrorCode.LAKE_UNAVAILABLE, "The lake's catalog does not answer", failure);
      }
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(failure);
  }

  private static boolean isOfTheLake(Throwable t) {
    return t instanceof UncheckedSQLException
        || t instanceof UncheckedInterruptedException
        || t instanceof SQLException
        || t instanceof RESTException
        || t instanceof NotFoundException
        || t instanceof CommitFailedException
        || t instanceof CommitStateUnknownException;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
