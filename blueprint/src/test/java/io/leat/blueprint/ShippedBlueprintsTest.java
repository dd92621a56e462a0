package io.leat.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.blueprint.yaml.Environment;
import io.leat.blueprint.yaml.Problems;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.YamlFile;
import io.leat.rules.detect.DetectorSpec;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
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
              assertThat(stream.partitionBy())
                  .hasToString(stream.name().equals("telemetry") ? "[month(ts)]" : "[day(ts)]");
              assertThat(stream.quality()).isNotEmpty();
              assertThat(stream.schema().columns()).extracting(Column::doc).doesNotContainNull();
            });
  }

  @Test
  void devicesLooksForWhatMachinesSuffer() {
    Blueprint blueprint = new BlueprintLoader().load(devices);

    assertThat(blueprint.detectors().values())
        .extracting(DetectorSpec::name, detector -> detector.kind().yaml())
        .containsExactly(
            tuple("offline", "silence"),
            tuple("overheating", "threshold"),
            tuple("not_recovered", "sequence"),
            tuple("fault_storm", "rate"),
            tuple("new_firmware", "change"));
    assertThat(blueprint.detectors().values())
        .extracting(DetectorSpec::description)
        .doesNotContainNull();
    assertThat(blueprint.tables().keySet()).containsExactly("device");
    assertThat(blueprint.routes().keySet()).containsExactly("page", "default");
    assertThat(blueprint.targets().keySet()).containsExactly("log");
  }

  @Test
  void devicesHasSamplesForPropertiesThatItHas() {
    StreamSpec telemetry =
        Objects.requireNonNull(new BlueprintLoader().load(devices).streams().get("telemetry"));
    Path samples = devices.resolve("samples");
    Problems problems = new Problems();
    Section root = YamlFile.read(samples.resolve("samples.yaml"), Environment.SYSTEM, problems);

    var series = root.required("series", "").list(10);

    assertThat(problems.sorted()).isEmpty();
    assertThat(series)
        .hasSize(5)
        .allSatisfy(
            item -> {
              Section sample = item.section();
              assertThat(samples.resolve(sample.required("file", "").text("?"))).isRegularFile();
              Column column = telemetry.schema().column(sample.required("property", "").text("?"));
              assertThat(column).isNotNull();
              assertThat(column.type()).isEqualTo(ColumnType.Primitive.DOUBLE);
            });
  }
}
