package io.leat.gateway.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.Marker;
import io.leat.event.Names;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkersTest {
  private final Path directory;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Acknowledged acknowledged = new Acknowledged();
  private final AtomicBoolean isAccepting = new AtomicBoolean(true);

  /** Also the clock, in milliseconds. */
  private final AtomicInteger looks = new AtomicInteger();

  private TestingBroker broker;
  private @Nullable Markers markers;

  MarkersTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void start() throws Exception {
    broker = new TestingBroker(directory);
    broker.create(Names.markersTopic("devices"), 1);
    acknowledged.begin(
        Map.of(
            new TopicPartition("devices.telemetry", 0), 7L,
            new TopicPartition("devices.telemetry", 1), 0L,
            new TopicPartition("shop.cart", 0), 99L));
  }

  private void begin() {
    markers =
        new Markers(
            "gateway-1",
            broker.client(),
            () -> List.of("devices"),
            acknowledged,
            () -> {
              looks.incrementAndGet();
              return isAccepting.get();
            },
            () -> Instant.ofEpochMilli(looks.get()),
            registry,
            Thread::new);
  }

  @AfterEach
  void stop() {
    if (markers != null) {
      markers.close();
    }
    broker.close();
  }

  @Test
  void aMarkerTellsUpToWhereTheGatewayHasWrittenItsBlueprintsStreams() throws Exception {
    begin();
    await(() -> written() >= 1);
    acknowledged.begin(Map.of(new TopicPartition("devices.telemetry", 1), 12L));
    await(() -> written() >= 3);

    List<Marker> told = told();

    assertThat(told.get(0))
        .isEqualTo(new Marker("gateway-1", 1, Map.of("telemetry", Map.of(0, 7L, 1, 0L))));
    assertThat(told.get(told.size() - 1).before())
        .isEqualTo(Map.of("telemetry", Map.of(0, 7L, 1, 12L)));
  }

  @Test
  void noneIsWrittenWhileEventsAreRefused() throws Exception {
    isAccepting.set(false);
    begin();
    await(() -> looks.get() >= 3);
    assertThat(told()).isEmpty();
    assertThat(written()).isZero();

    isAccepting.set(true);
    await(() -> written() >= 1);
    assertThat(told()).isNotEmpty();
  }

  @Test
  void oneThatKafkaDoesNotTakeIsDroppedAndNotWrittenLater() throws Exception {
    begin();
    await(() -> written() >= 1);
    broker.stop();
    await(() -> dropped() >= 1);
    long from = looks.get();
    await(() -> dropped() >= 3);
    long to = looks.get();
    double before = written();
    broker.start();

    await(() -> written() >= before + 2);

    assertThat(told()).extracting(Marker::at).noneMatch(at -> at > from && at < to);
  }

  private List<Marker> told() {
    return broker.records(Names.markersTopic("devices")).stream()
        .map(one -> Marker.decode(one.value()))
        .toList();
  }

  private double written() {
    return registry.get("leat.markers.written").counter().count();
  }

  private double dropped() {
    return registry.get("leat.markers.dropped").counter().count();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for a minute").isLessThan(deadline);
      Thread.sleep(10);
    }
  }
}
