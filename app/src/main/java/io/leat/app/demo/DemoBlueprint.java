package io.leat.app.demo;

import io.leat.blueprint.BlueprintLoader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The demo's copy of a blueprint: its detectors are impatient, and it has a target more. */
final class DemoBlueprint {
  private static final String TARGET = "servicenow";
  private static final String SOON = "10s";

  private final Path file;
  private final Map<String, Object> document;

  private DemoBlueprint(Path file, Map<String, Object> document) {
    this.file = file;
    this.document = document;
  }

  /**
   * Copies a blueprint without its samples and changes the copy.
   *
   * @param to a folder that is made
   * @param servicenow where the tickets go
   * @param secret the name of the target's secret
   * @param silence after which a machine is offline
   * @throws IOException if it lacks what is to be changed
   */
  static void copy(Path from, Path to, URI servicenow, String secret, Duration silence)
      throws IOException {
    try (Stream<Path> all = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
      for (Path one : all.filter(Files::isRegularFile).toList()) {
        Path relative = from.relativize(one);
        if (!relative.startsWith("samples")) {
          Path copy = to.resolve(relative.toString());
          Files.createDirectories(copy.getParent());
          Files.copy(one, copy);
        }
      }
    }
    Path file = from.resolve(BlueprintLoader.FILE);
    Object loaded =
        new Load(LoadSettings.builder().setLabel(file.toString()).build())
            .loadFromString(Files.readString(file));
    DemoBlueprint blueprint = new DemoBlueprint(file, mapping(file, "", loaded));
    blueprint.change(servicenow, secret, silence);
    Files.writeString(
        to.resolve(BlueprintLoader.FILE),
        new Dump(DumpSettings.builder().build()).dumpToString(blueprint.document));
  }

  private void change(URI servicenow, String secret, Duration silence) throws IOException {
    Map<String, Object> offline = at("detectors", "offline", "silence");
    offline.put("after", silence.toSeconds() + "s");
    offline.put("grace", "5s");
    at("detectors", "fault_storm", "rate").put("within", SOON);
    at("detectors", "new_firmware", "change").put("clear-after", SOON);
    Map<String, Object> page = at("routes", "page");
    List<Object> to = new ArrayList<>(page.get("to") instanceof List<?> list ? list : List.of());
    to.add(TARGET);
    page.put("to", to);
    at("targets")
        .put(
            TARGET,
            Map.of(
                "kind",
                "servicenow",
                "url",
                servicenow.toString(),
                "auth",
                "${secret:" + secret + "}",
                "allow-private",
                true,
                "rate",
                "50/s"));
  }

  private Map<String, Object> at(String... path) throws IOException {
    Map<String, Object> here = document;
    for (int i = 0; i < path.length; i++) {
      String name = String.join(".", List.of(path).subList(0, i + 1));
      here = mapping(file, name, here.get(path[i]));
    }
    return here;
  }

  @SuppressWarnings("unchecked") // YAML's keys are texts in all that a blueprint has
  private static Map<String, Object> mapping(Path file, String name, @Nullable Object value)
      throws IOException {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new IOException(
        file
            + " has no mapping '"
            + name
            + "', which the demo changes in its copy; add it, or run with --no-incidents");
  }
}
