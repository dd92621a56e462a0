package io.leat.action.delivery;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** What is measured of a target's deliveries. Labels are names from the blueprint. Thread-safe. */
final class DeliveryMetrics implements AutoCloseable {
  private final MeterRegistry registry;
  private final Tags tags;
  private final AtomicLong waiting = new AtomicLong();
  private final AtomicLong dead = new AtomicLong();
  private final List<Gauge> gauges;
  private final Timer age;

  DeliveryMetrics(MeterRegistry registry, DeliveryTarget target, Breaker breaker) {
    this.registry = registry;
    this.tags = Tags.of("blueprint", target.blueprint(), "target", target.spec().name());
    this.gauges =
        List.of(
            gauge("leat_delivery_waiting", waiting, AtomicLong::doubleValue),
            gauge("leat_delivery_dead_letters", dead, AtomicLong::doubleValue),
            gauge("leat_target_breaker_open", breaker, b -> b.isOpen() ? 1 : 0));
    this.age = registry.timer("leat_delivery_age", tags);
  }

  private <T> Gauge gauge(String name, T of, ToDoubleFunction<T> value) {
    return Gauge.builder(name, of, value).tags(tags).register(registry);
  }

  void attempted(String outcome) {
    registry.counter("leat_delivery_attempts_total", tags.and("outcome", outcome)).increment();
  }

  void requested(int requests) {
    registry.counter("leat_target_requests_total", tags).increment(requests);
  }

  /** From the oldest change to the attempt that worked. */
  void delivered(Duration sinceChange) {
    age.record(sinceChange.isNegative() ? Duration.ZERO : sinceChange);
  }

  void backlog(DeliveryRows.Backlog backlog) {
    waiting.set(backlog.waiting());
    dead.set(backlog.dead());
  }

  /** So that a worker that follows for the same target can show its own. */
  @Override
  public void close() {
    gauges.forEach(registry::remove);
  }
}
