package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvisioningTest {
  private final Path folder;

  ProvisioningTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void aTargetStaysOffTheTopicsOfABlueprintThatWasHereBefore() throws IOException {
    Blueprint blueprint = writingTo("devices.telemetry");

    assertThatThrownBy(
            () -> Provisioning.refuseTopicsOfOthers(blueprint, Set.of("devices.alerts", "odd")))
        .hasMessage(
            "The target 'bus' of the blueprint 'gauges' would write to 'devices.telemetry', among"
                + " the topics of a blueprint that was here before. What it writes would be taken"
                + " for events when that comes back. Name another topic.")
        .extracting(e -> ((LeatException) e).code())
        .isEqualTo(ErrorCode.DESTRUCTIVE_CHANGE);
  }

  @Test
  void aTopicOfItsOwnIsForATarget() throws IOException {
    Blueprint blueprint = writingTo("devices_bulletin");

    assertThatCode(
            () -> Provisioning.refuseTopicsOfOthers(blueprint, Set.of("devices.alerts", "odd")))
        .doesNotThrowAnyException();
  }

  private Blueprint writingTo(String topic) throws IOException {
    Files.writeString(
        folder.resolve("blueprint.yaml"),
        """
        blueprint: gauges
        owner: platform-team
        streams: {reading: {schema: reading.json, key: gauge_id}}
        detectors:
          high: {threshold: {stream: reading, when: "value > 9"}, severity: major}
        routes:
          default: {to: [bus]}
        targets:
          bus: {kind: kafka, topic: %s}
        """
            .formatted(topic));
    Files.writeString(
        folder.resolve("reading.json"),
        """
        {"type": "object", "required": ["gauge_id"],
         "properties": {"gauge_id": {"type": "string"}, "value": {"type": "number"}}}
        """);
    return new BlueprintLoader().load(folder);
  }
}
