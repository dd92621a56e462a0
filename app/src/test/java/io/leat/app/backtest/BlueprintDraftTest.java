package io.leat.app.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.blueprint.Blueprint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlueprintDraftTest {
  private static final String SCHEMA =
      """
      {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["id"],
       "properties": {"id": {"type": "string"}, "t": {"type": "number"}}}
      """;
  private static final String YAML =
      """
      blueprint: doors
      owner: team
      streams:
        door: {schema: schemas/door.json, key: id}
      detectors:
        hot:
          threshold: {stream: door, when: "t > 85"}
          severity: major
          summary: "it is ${env:HOME}"
      routes:
        default: {to: [hook]}
      targets:
        hook: {kind: webhook, url: "${env:HOOK_URL}", secret: "${secret:hook}"}
      """;

  private final Path folder;

  BlueprintDraftTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void aDraftIsLoadedAndLearnsNothingOfThisProcess() throws Exception {
    Blueprint draft =
        BlueprintDraft.load(Map.of("blueprint.yaml", YAML, "schemas/door.json", SCHEMA), folder);

    assertThat(draft.name()).isEqualTo("doors");
    assertThat(Objects.requireNonNull(draft.detectors().get("hot")).summary())
        .isEqualTo("it is https://variable.invalid");
  }

  @Test
  void allProblemsAreToldAtOnceAsIfTheFolderWereHere() {
    assertThatThrownBy(
            () ->
                BlueprintDraft.load(
                    Map.of(
                        "blueprint.yaml",
                        YAML.replace("t > 85", "tt > 85").replace("key: id", "kez: id"),
                        "schemas/door.json",
                        SCHEMA),
                    folder))
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION);
              assertThat(String.valueOf(e.getMessage()).lines())
                  .hasSizeGreaterThan(1)
                  .allMatch(line -> line.startsWith("blueprint.yaml:"));
            });
  }

  @Test
  void aPathThatLeadsOutIsRefused() {
    for (String name : new String[] {"../evil.json", "/etc/evil", "a/../../b", ".hidden", "a//b"}) {
      assertThatThrownBy(() -> BlueprintDraft.load(Map.of(name, "x"), folder.resolve("draft")))
          .as(name)
          .isInstanceOf(LeatException.class)
          .hasMessage("'" + name + "' is not the path of a file in a blueprint's folder");
    }
    assertThat(Files.exists(folder.resolve("evil.json"))).isFalse();
  }

  @Test
  void aFileCannotBeAFolderToo() throws Exception {
    Files.createDirectories(folder.resolve("a/b"));
    assertThatThrownBy(() -> BlueprintDraft.load(Map.of("a", "x"), folder))
        .isInstanceOf(LeatException.class)
        .hasMessageStartingWith("'a' cannot be a file beside the others");
  }
}
