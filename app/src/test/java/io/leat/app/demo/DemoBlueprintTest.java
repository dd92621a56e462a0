package io.leat.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.app.client.TestingLeat;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.incident.TargetSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoBlueprintTest {
  private static final URI TWIN = URI.create("http://127.0.0.1:8123");

  private final Path directory;

  DemoBlueprintTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void theShippedBlueprintBecomesImpatientAndHasATargetMore() throws IOException {
    Path copy = directory.resolve("copy");
    DemoBlueprint.copy(TestingLeat.blueprint(), copy, TWIN, "pw", Duration.ofSeconds(12));

    Blueprint shipped = new BlueprintLoader().load(TestingLeat.blueprint());
    Blueprint changed = new BlueprintLoader().load(copy);
    assertThat(changed.streams().keySet()).isEqualTo(shipped.streams().keySet());
    assertThat(changed.detectors().keySet()).isEqualTo(shipped.detectors().keySet());
    assertThat(kind(changed, "offline"))
        .isInstanceOfSatisfying(
            DetectorKind.Silence.class,
            silence -> assertThat(silence.after()).isEqualTo(Duration.ofSeconds(12)));
    assertThat(kind(changed, "overheating")).hasToString(kind(shipped, "overheating").toString());
    assertThat(changed.targets()).containsOnlyKeys("log", "servicenow");
    TargetSpec target = Objects.requireNonNull(changed.targets().get("servicenow"));
    assertThat(target.options()).containsEntry("url", TWIN.toString());
    assertThat(copy.resolve("samples")).doesNotExist();
  }

  private static DetectorKind kind(Blueprint blueprint, String detector) {
    return Objects.requireNonNull(blueprint.detectors().get(detector)).kind();
  }

  @Test
  void aBlueprintWithoutWhatTheDemoShowsIsRefusedWithARemedy() throws IOException {
    Path own = directory.resolve("own");
    Files.createDirectories(own);
    Files.writeString(own.resolve("blueprint.yaml"), "blueprint: own\ndetectors: {}\n");

    assertThatThrownBy(
            () ->
                DemoBlueprint.copy(
                    own, directory.resolve("copy"), TWIN, "pw", Duration.ofSeconds(10)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no mapping 'detectors.offline'")
        .hasMessageContaining("--no-incidents");
  }
}
