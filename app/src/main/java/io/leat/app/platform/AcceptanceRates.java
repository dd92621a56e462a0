package io.leat.app.platform;

import io.leat.gateway.EventRoutes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many events the gateway accepts a second: over the last minute, or since the start if that is
 * shorter. Samples the gateway's counters on a thread of its own. Thread-safe.
 */
final class AcceptanceRates implements AutoCloseable {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final MeterRegistry registry;
  private final LongSupplier nanoTime;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private @Nullable ScheduledFuture<?> sampling;
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "leat-rates");
            thread.setDaemon(true);
            return thread;
          });

  private record Sample(long nanos, Map<String, Double> accepted) {}

  /**
   * @param registry holds {@link EventRoutes#ACCEPTED}
   * @param nanoTime as {@link System#nanoTime}
   */
  AcceptanceRates(MeterRegistry registry, LongSupplier nanoTime) {
    this.registry = registry;
    this.nanoTime = nanoTime;
    sample();
  }

  synchronized void start() {
    sampling =
        sampler.scheduleAtFixedRate(
            this::sample, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Notes the counters; called regularly. */
  synchronized void sample() {
    long now = nanoTime.getAsLong();
    samples.addLast(new Sample(now, accepted()));
    while (now - samples.getFirst().nanos > WINDOW.toNanos()) {
      samples.removeFirst();
    }
  }

  /** By stream, events a second; a stream is missing as long as it has had none. */
  synchronized Map<String, Double> perSecond() {
    Sample from = samples.getFirst();
    double seconds = (nanoTime.getAsLong() - from.nanos) / 1e9;
    Map<String, Double> rates = new HashMap<>();
    accepted()
        .forEach(
            (stream, count) ->
                rates.put(
                    stream,
                    seconds > 0 ? (count - from.accepted.getOrDefault(stream, 0.0)) / seconds : 0));
    return rates;
  }

  private Map<String, Double> accepted() {
    Map<String, Double> accepted = new HashMap<>();
    for (Counter counter : registry.find(EventRoutes.ACCEPTED).counters()) {
      accepted.put(Objects.requireNonNull(counter.getId().getTag("stream")), counter.count());
    }
    return accepted;
  }

  @Override
  public synchronized void close() {
    if (sampling != null) {
      sampling.cancel(false);
    }
    sampler.shutdownNow();
  }
}
