package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.reconcile.Gap;
import io.leat.app.reconcile.Period;
import io.leat.app.reconcile.ReconciledStream;
import io.leat.app.reconcile.Reconciliation;
import io.leat.app.reconcile.StreamReport;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the last hour again and again, on a thread of its own, and tells what it found: by
 * metrics, in the status and, of a gap, in the log at ERROR. It takes nothing down.
 */
final class SelfCheck implements AutoCloseable {
  /** How often, and how far back. */
  static final Duration EVERY = Duration.ofMinutes(5);

  private static final Duration LOOKED_BACK = Duration.ofHours(1);

  /** A check that takes longer is not waited for. */
  private static final Duration LONGEST = Duration.ofMinutes(30);

  private static final int MOST_LOGGED = 20;
  private static final Logger log = LoggerFactory.getLogger(SelfCheck.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Reconciling reconciling;
  private final Supplier<List<ReconciledStream>> streams;
  private final InstantSource clock;
  private final Duration every;
  private final Thread thread = new Thread(this::run, "leat-self-check");
  private volatile @Nullable Reconciliation last;
  private volatile @Nullable String failure;
  private volatile boolean closed;

  /**
   * @param streams all that there are at the moment
   * @param every pause between the end of a check and the next
   */
  SelfCheck(
      Reconciling reconciling,
      Supplier<List<ReconciledStream>> streams,
      MeterRegistry registry,
      InstantSource clock,
      Duration every) {
    this.reconciling = reconciling;
    this.streams = streams;
    this.clock = clock;
    this.every = every;
    thread.setDaemon(true);
    gauge(
        registry,
        "leat_reconcile_gaps",
        "Gaps that the last self-check found",
        check -> check.gaps());
    gauge(
        registry,
        "leat_reconcile_last_success_timestamp_seconds",
        "When the last self-check ended that could look at everything, since 1970",
        check -> check.checkedAt().getEpochSecond());
    gauge(
        registry,
        "leat_reconcile_duration_seconds",
        "How long the last self-check took",
        check -> check.took().toMillis() / 1e3);
  }

  @FunctionalInterface
  private interface Value {
    double of(Reconciliation check);
  }

  private void gauge(MeterRegistry registry, String name, String description, Value value) {
    Gauge.builder(
            name,
            this,
            own -> {
              Reconciliation check = own.last;
              return check == null ? Double.NaN : value.of(check);
            })
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(every.toMillis());
        look();
      } catch (InterruptedException e) {
        return;
      } catch (LeatException e) {
        failed(String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        failed(e.toString());
      }
    }
  }

  private void look() {
    Instant now = clock.instant();
    Reconciling.Run run =
        reconciling.begin("self-check", streams.get(), new Period(now.minus(LOOKED_BACK), now));
    Instant until = now.plus(LONGEST);
    Optional<Reconciliation> found = Optional.empty();
    while (!closed && found.isEmpty() && clock.instant().isBefore(until)) {
      found = run.await(Duration.ofSeconds(10));
    }
    if (found.isEmpty()) {
      failed("it takes longer than " + LONGEST.toMinutes() + " min: " + run.progress());
      return;
    }
    last = found.get();
    failure = null;
    tell(found.get());
  }

  private void failed(String why) {
    if (!closed) {
      failure = why;
      log.warn("The self-check could not look at everything: {}", why);
    }
  }

  private static void tell(Reconciliation found) {
    int logged = 0;
    for (StreamReport stream : found.streams()) {
      for (Gap gap : stream.gaps()) {
        if (logged++ < MOST_LOGGED) {
          log.error(
              "The books do not prove all records: code={} position={} records={} detail={}",
              gap.code().code(),
              gap.position(stream.topic()),
              gap.count(),
              gap.detail());
        }
      }
    }
    if (found.gaps() > MOST_LOGGED) {
      log.error("The self-check found {} gaps; 'leat reconcile' names them", found.gaps());
    }
  }

  /** For the status: the last check, and why the one after it failed if it did. */
  ObjectNode status() {
    Reconciliation check = last;
    ObjectNode status =
        JSON.createObjectNode()
            .put("checked_at", check == null ? null : check.checkedAt().toString())
            .put("gaps", check == null ? null : Long.valueOf(check.gaps()))
            .put("failure", failure);
    ArrayNode with = status.putArray("streams");
    if (check != null) {
      check.streams().stream()
          .filter(stream -> !stream.isReconciled())
          .forEach(stream -> with.add(stream.topic()));
    }
    return status;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
