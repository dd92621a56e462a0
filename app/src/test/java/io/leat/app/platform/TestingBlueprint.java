package io.leat.app.platform;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A blueprint of one stream. */
final class TestingBlueprint {
  private TestingBlueprint() {}

  /**
   * {@code gauges}, with the stream {@code reading}.
   *
   * @param folder where its files are written
   * @param rule what its quality rule expects
   */
  static Blueprint gauges(Path folder, String rule) throws IOException {
    Files.writeString(
        folder.resolve("blueprint.yaml"),
        """
        blueprint: gauges
        owner: platform-team
        streams:
          reading:
            schema: reading.json
            key: gauge_id
            quality: [{name: plausible, expect: "%s", else: quarantine}]
        """
            .formatted(rule));
    Files.writeString(
        folder.resolve("reading.json"),
        """
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
         "required": ["gauge_id"],
         "properties": {"gauge_id": {"type": "string"}, "value": {"type": "number"}}}
        """);
    return new BlueprintLoader().load(folder);
  }
}
