package io.leat.blueprint;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.schema.Column;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShippedBlueprintsTest {
  private final Path devices = Path.of("../blueprints/devices");

  @Test
  void devicesLoads() {
    Blueprint blueprint = new BlueprintLoader().load(devices);

    assertThat(blueprint.name()).isEqualTo("devices");
    assertThat(blueprint.streams().keySet())
        .containsExactly("telemetry", "heartbeat", "fault", "transaction");
  }

  @Test
  void everyStreamOfDevicesIsKeyedByDevice() {
    Blueprint blueprint = new BlueprintLoader().load(devices);

    assertThat(blueprint.streams().values())
        .allSatisfy(
            stream -> {
              assertThat(stream.key()).isEqualTo("device_id");
              assertThat(stream.id()).isEqualTo("event_id");
              assertThat(stream.time()).isEqualTo("ts");
              assertThat(stream.retention()).isEqualTo(Duration.ofDays(7));
              assertThat(stream.dedupe()).isEqualTo(Duration.ofHours(24));
              assertThat(stream.past()).isEqualTo(Duration.ofDays(400));
              assertThat(stream.future()).isEqualTo(Duration.ofMinutes(10));
              assertThat(stream.partitionBy()).hasToString("[day(ts)]");
              assertThat(stream.quality()).isNotEmpty();
              assertThat(stream.schema().columns()).extracting(Column::doc).doesNotContainNull();
            });
  }
}
