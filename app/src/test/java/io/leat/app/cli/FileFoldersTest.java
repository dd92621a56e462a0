package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code leat doctor} on folders that files come from and go to. */
class FileFoldersTest {
  private static final String FILES =
      "routes: {default: {to: [log]}}\ntargets: {log: {kind: log}}\nfiles:\n";

  private final Path folder;

  FileFoldersTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private List<Blueprint> blueprints(String rest) throws Exception {
    Files.writeString(folder.resolve("blueprint.yaml"), "blueprint: f\nowner: ops\n" + rest);
    return new BlueprintLoader().loadAll(List.of(folder));
  }

  @Test
  void foldersThatAreMadeWhenFilesComeAreGood() throws Exception {
    assertThat(
            FileFolders.examine(
                blueprints(FILES + "  a: {from: {folder: in}, to: {folder: out/deep}}\n")))
        .hasValueSatisfying(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(Finding.Verdict.OK);
              assertThat(finding.found()).isEqualTo("1 source");
            });
  }

  @Test
  void aFileInTheWayIsNamedWithItsSource() throws Exception {
    Files.writeString(folder.resolve("out"), "in the way");

    assertThat(
            FileFolders.examine(
                blueprints(
                    FILES
                        + "  a: {from: {folder: in}, to: {folder: out/deep}}\n"
                        + "  b: {from: {upload: true}, to: {folder: other}}\n")))
        .hasValueSatisfying(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(Finding.Verdict.FAILED);
              assertThat(finding.found())
                  .isEqualTo(
                      "f.a writes to %s, but %s is no folder"
                          .formatted(folder.resolve("out/deep"), folder.resolve("out")));
            });
  }

  @Test
  void withoutFilesThereIsNothingToCheck() throws Exception {
    Files.writeString(
        folder.resolve("s.json"),
        "{\"type\": \"object\", \"properties\": {\"k\": {\"type\": \"string\"}}, \"required\": [\"k\"]}");

    assertThat(FileFolders.examine(blueprints("streams:\n  s: {schema: s.json, key: k}\n")))
        .isEmpty();
  }
}
