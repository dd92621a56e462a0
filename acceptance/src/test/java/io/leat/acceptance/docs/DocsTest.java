package io.leat.acceptance.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.app.settings.SettingsLoader;
import io.leat.blueprint.BlueprintLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every block of every document in order, each document in a shell and a folder of its own. A
 * document that says {@code leat up} starts its own Leat; all others share one with the devices
 * blueprint, which {@code LEAT_URL} and {@code LEAT_KEY} name.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocsTest {
  private static final String UP = "Stop with Ctrl-C";
  private static final List<String> SHOWN_ONLY = List.of("text", "java", "mermaid", "xml");

  /** Only documents whose path contains this: {@code -Dleat.docs.only=tutorial}. */
  private static final String ONLY = System.getProperty("leat.docs.only", "");

  private final List<String> notRun = new ArrayList<>();
  private Map<String, String> shared = Map.of();
  private Shell platform;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException, InterruptedException {
    assumeTrue(isInstalled("curl"), "the documents' commands need curl, which is not installed");
    platform = new Shell(folder, Map.of());
    Shell.Result up = platform.start("leat up blueprints/devices --port 0 --data shared", UP);
    assertThat(up.exit()).as(up.output()).isZero();
    Shell.Result url =
        platform.run("sed -n 's/.*\"base_uri\" *: *\"\\([^\"]*\\)\".*/\\1/p' shared/run.json");
    Shell.Result key = platform.run("cat shared/admin.key");
    shared =
        Map.of(
            "LEAT_URL", url.output().strip(),
            "LEAT_KEY", key.output().strip(),
            "LEAT_DATA", folder.resolve("shared").toString());
  }

  @AfterAll
  void end() throws IOException {
    if (platform != null) {
      platform.close();
    }
    notRun.forEach(block -> System.out.println("Not run: " + block));
  }

  @TestFactory
  Stream<DynamicTest> everyBlockDoesWhatItsDocumentSays(@TempDir Path scratch) {
    return SourceTree.documents().stream()
        .filter(document -> document.toString().contains(ONLY))
        .filter(document -> !Block.of(SourceTree.read(document)).isEmpty())
        .map(
            document -> {
              String name = SourceTree.root().relativize(document).toString();
              Path folder = scratch.resolve(name.replaceAll("[^a-zA-Z0-9]", "-"));
              return DynamicTest.dynamicTest(
                  name,
                  document.toUri(),
                  () -> {
                    Files.createDirectories(folder);
                    run(name, Block.of(SourceTree.read(document)), folder);
                  });
            });
  }

  private void run(String document, List<Block> blocks, Path folder) throws Exception {
    boolean own =
        blocks.stream()
            .filter(block -> block.marker("not run") == null)
            .anyMatch(block -> block.text().contains("leat up"));
    try (Shell shell = new Shell(folder, own ? Map.of() : shared)) {
      for (Block block : blocks) {
        String place = document + ":" + block.line();
        String reason = block.marker("not run");
        if (reason != null) {
          assertThat(reason).as("the reason why %s is not run", place).isNotBlank();
          notRun.add(place + ": " + reason);
          continue;
        }
        String file = block.marker("file");
        if (file != null) {
          Path target = folder.resolve(file);
          Files.createDirectories(target.getParent());
          Files.writeString(target, shell.movedPorts(block.text()));
          continue;
        }
        run(place, block, folder, shell);
      }
    }
  }

  private void run(String place, Block block, Path folder, Shell shell) throws Exception {
    int exit = Integer.parseInt(String.valueOf(block.markers().getOrDefault("exit", "0")));
    switch (block.language()) {
      case "sh" -> script(place, block.text(), exit, shell);
      case "console" -> console(place, block, exit, shell);
      case "sql" -> {
        Path query = Files.writeString(folder.resolve("block.sql"), block.text());
        script(place, "leat sql < " + query, exit, shell);
      }
      case "yaml" -> yaml(place, block.text(), folder);
      case "json" -> json(place, block.text());
      default -> {
        if (!SHOWN_ONLY.contains(block.language())) {
          fail(place + ": a block of '" + block.language() + "' is neither run nor marked");
        }
      }
    }
  }

  private static void script(String place, String text, int exit, Shell shell) throws Exception {
    String rest = text;
    if (text.matches("(?s)(\\./)?leat up .*")) {
      String first = text.lines().findFirst().orElseThrow();
      rest = text.substring(first.length());
      Shell.Result up = shell.start(first, UP);
      assertThat(up.exit()).as("%s%n%s%n%s", place, first, up.output()).isZero();
    }
    Shell.Result result = shell.run(rest);
    assertThat(result.exit()).as("%s%n%s%n%s", place, text, result.output()).isEqualTo(exit);
  }

  private static void console(String place, Block block, int exit, Shell shell) throws Exception {
    List<Block.Step> steps = block.steps();
    for (int i = 0; i < steps.size(); i++) {
      Block.Step step = steps.get(i);
      boolean stays = step.command().matches("(?s)(\\./)?leat up .*") && exit == 0;
      Shell.Result result = stays ? shell.start(step.command(), UP) : shell.run(step.command());
      String shown = place + "\n$ " + step.command() + result.output();
      assertThat(result.exit()).as(shown).isEqualTo(i == steps.size() - 1 ? exit : 0);
      String expected = step.output();
      if (expected == null) {
        continue;
      }
      if (block.marker("exact") != null) {
        assertThat(Shape.matchesExactly(expected, result.output())).as(shown).isTrue();
      } else if (!Shape.matches(expected, result.output())) {
        assertThat(Shape.of(result.output())).as(shown).isEqualTo(Shape.of(expected));
      }
    }
  }

  /** A leat.yaml, or a whole blueprint whose schemas were written before. */
  private static void yaml(String place, String text, Path folder) throws IOException {
    Path file = folder.resolve("leat.yaml");
    if (text.contains("\nblueprint:") || text.startsWith("blueprint:")) {
      file = folder.resolve(BlueprintLoader.FILE);
      Files.writeString(file, text);
      assertThat(new BlueprintLoader().loadAll(List.of(folder))).as(place).hasSize(1);
    } else {
      Files.writeString(file, text);
      assertThat(new SettingsLoader(name -> "from-" + name).load(file)).as(place).isNotNull();
    }
  }

  private static void json(String place, String text) {
    try {
      new JsonMapper().readTree(text);
    } catch (JsonProcessingException e) {
      fail(place + ": not JSON: " + e.getOriginalMessage());
    }
  }

  private static boolean isInstalled(String program) {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
