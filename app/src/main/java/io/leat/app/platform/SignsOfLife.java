package io.leat.app.platform;

import io.leat.app.detect.Detection;
import io.leat.app.disk.DiskGuard;
import io.leat.blueprint.Blueprint;
import io.leat.gateway.StreamRegistry;
import io.leat.gateway.publishing.Acknowledged;
import io.leat.gateway.publishing.Markers;
import io.leat.gateway.publishing.Publisher;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/** Lets time pass for what is silent, as long as it could be heard. */
final class SignsOfLife {
  /** So long after events were refused for want of room entities may still be coming back. */
  private static final Duration REFUSING = Duration.ofSeconds(10);

  private SignsOfLife() {}

  /**
   * Begins to write markers. To be called when events are accepted, and not before.
   *
   * @param instance names this process for good
   * @param blueprints as they are processed now
   */
  static Markers begin(
      Foundation foundation,
      LogReader log,
      StreamRegistry streams,
      Publisher publisher,
      DiskGuard disk,
      String instance,
      Supplier<? extends Collection<Provisioning.Provisioned>> blueprints,
      InstantSource clock,
      MeterRegistry registry) {
    List<TopicPartition> partitions = new ArrayList<>();
    streams.all().forEach(stream -> partitions.addAll(StatusReport.partitions(stream)));
    Acknowledged acknowledged = publisher.acknowledged();
    acknowledged.begin(log.ends(partitions));
    Map<String, Object> kafka = new HashMap<>();
    foundation.kafkaClient().forEach((key, value) -> kafka.put(String.valueOf(key), value));
    return new Markers(
        instance,
        kafka,
        () ->
            blueprints.get().stream()
                .map(Provisioning.Provisioned::blueprint)
                .filter(Detection::isAskedFor)
                .map(Blueprint::name)
                .toList(),
        acknowledged,
        () -> disk.refusal() == null && !publisher.hasRefused(REFUSING),
        clock,
        registry,
        task -> new Thread(task, "leat-markers"));
  }
}
