package io.leat.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.blueprint.StreamSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The blueprint that is measured: one stream, {@value #STREAM}. */
final class BenchBlueprint {
  static final String STREAM = "events";

  /** What makes incidents of events. */
  static final String WITH_DETECTORS = "detectors.yaml";

  /** What makes incidents of devices that send no more. */
  static final String WITH_SILENCE = "silence.yaml";

  private BenchBlueprint() {}

  /** Writes the blueprint under a name of its own and loads it. */
  static Blueprint write(Path directory, String name) throws IOException {
    return write(directory, name, "");
  }

  /**
   * As {@link #write(Path, String)}.
   *
   * @param more empty, {@link #WITH_DETECTORS} or {@link #WITH_SILENCE}
   */
  static Blueprint write(Path directory, String name, String more) throws IOException {
    Path folder = directory.resolve(name);
    Files.createDirectories(folder.resolve("schemas"));
    Files.writeString(
        folder.resolve(BlueprintLoader.FILE),
        resource("blueprint.yaml").replace("NAME", name) + (more.isEmpty() ? "" : resource(more)));
    Files.writeString(folder.resolve("schemas/events.json"), schema());
    return new BlueprintLoader().load(folder);
  }

  /** The schema's text. */
  static String schema() throws IOException {
    return resource("events.json");
  }

  static StreamSpec stream(Blueprint blueprint) {
    return Objects.requireNonNull(blueprint.streams().get(STREAM));
  }

  static List<String> topics(Blueprint blueprint) {
    return List.of(
        blueprint.topic(stream(blueprint)), io.leat.event.Names.rejectedTopic(blueprint.name()));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = BenchBlueprint.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    }
  }
}
