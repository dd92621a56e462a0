package io.leat.gateway;

import io.leat.event.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what became of records. Streams are known ones, so that the labels are bounded. */
final class IngestMetrics {
  private final MeterRegistry registry;
  private final Map<String, Counter> accepted = new ConcurrentHashMap<>();
  private final Map<String, Counter> rejected = new ConcurrentHashMap<>();

  IngestMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void accepted(String stream, int count) {
    if (count > 0) {
      accepted
          .computeIfAbsent(
              stream,
              s ->
                  Counter.builder(EventRoutes.ACCEPTED)
                      .description("Events that the log has acknowledged")
                      .tag("stream", s)
                      .register(registry))
          .increment(count);
    }
  }

  void rejected(String stream, ErrorCode code, int count) {
    rejected
        .computeIfAbsent(
            stream + " " + code.code(),
            k ->
                Counter.builder("leat.events.rejected")
                    .description("Records that were not accepted, by the code of the answer")
                    .tag("stream", stream)
                    .tag("code", code.code())
                    .register(registry))
        .increment(count);
  }
}
