package io.leat.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlueprintVersionsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final String YAML = "blueprint: devices # \"quoted\", {braces}, \\ and ü\n";

  @Test
  void aVersionIsKeptAsItWasAndKnowsWhenItWasAppliedLast() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        StateDatabase database =
            StateDatabase.open(
                StateSettings.of(
                    postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"))) {
      BlueprintVersions versions = new BlueprintVersions(database, InstantSource.fixed(NOW));
      Map<String, String> files = Map.of("blueprint.yaml", YAML, "schemas/fault.json", "{}");

      versions.keep("devices", "v1", files);
      versions.keep("devices", "v2", Map.of());
      new BlueprintVersions(database, InstantSource.fixed(NOW.plusSeconds(60)))
          .keep("devices", "v1", files);

      assertThat(versions.find("devices", "v1"))
          .contains(new BlueprintVersions.Kept(files, NOW.plusSeconds(60)));
      assertThat(versions.find("devices", "v2"))
          .contains(new BlueprintVersions.Kept(Map.of(), NOW));
      assertThat(versions.find("devices", "v3")).isEmpty();
      assertThat(versions.find("doors", "v1")).isEmpty();
    }
  }
}
