package io.leat.gateway.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * What one connection counts. Streams and outcomes are known ones, so that the labels are bounded.
 */
final class MqttMetrics {
  private final MeterRegistry registry;
  private final String broker;
  private final Counter retries;
  private final Map<String, Counter> messages = new ConcurrentHashMap<>();

  MqttMetrics(
      MeterRegistry registry,
      String broker,
      BooleanSupplier connected,
      IntSupplier inFlight,
      int bound,
      LongSupplier held,
      long mostHeld) {
    this.registry = registry;
    this.broker = broker;
    Gauge.builder("leat.mqtt.connected", connected, c -> c.getAsBoolean() ? 1 : 0)
        .description("1 while connected to the broker and subscribed")
        .tag("broker", broker)
        .strongReference(true)
        .register(registry);
    Gauge.builder("leat.mqtt.in.flight", inFlight, IntSupplier::getAsInt)
        .description("Messages that are neither in the log nor refused")
        .tag("broker", broker)
        .strongReference(true)
        .register(registry);
    Gauge.builder("leat.mqtt.in.flight.fill", inFlight, n -> n.getAsInt() / (double) bound)
        .description("The same as a share of its bound, 0 to 1")
        .tag("broker", broker)
        .strongReference(true)
        .register(registry);
    Gauge.builder("leat.mqtt.held", held, LongSupplier::getAsLong)
        .baseUnit("bytes")
        .description("What these messages take in memory")
        .tag("broker", broker)
        .strongReference(true)
        .register(registry);
    Gauge.builder("leat.mqtt.held.fill", held, n -> n.getAsLong() / (double) mostHeld)
        .description("The same as a share of its bound, 0 to 1")
        .tag("broker", broker)
        .strongReference(true)
        .register(registry);
    this.retries =
        Counter.builder("leat.mqtt.retries")
            .description("Batches of which something had to be tried again")
            .tag("broker", broker)
            .register(registry);
  }

  void count(String stream, String outcome) {
    messages
        .computeIfAbsent(
            stream + " " + outcome,
            any ->
                Counter.builder("leat.mqtt.messages")
                    .description("Messages by what became of them")
                    .tag("broker", broker)
                    .tag("stream", stream)
                    .tag("outcome", outcome)
                    .register(registry))
        .increment();
  }

  void retry() {
    retries.increment();
  }
}
