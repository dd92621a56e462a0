package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.platform.Platform;
import io.leat.app.settings.Maintenance;
import io.leat.app.settings.Settings;
import io.leat.app.settings.SettingsLoader;
import io.leat.blueprint.BlueprintLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables are kept small while events come in, and a restart finds everything once. */
@Order(75)
class MaintenanceStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String TABLE = "devices_processed.telemetry";

  private final Path directory;

  MaintenanceStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void mergingAndExpiryLoseNothingAndARestoreFromACheckpointDoublesNothing() throws Exception {
    List<Path> folders =
        List.of(Repository.copyOfBlueprint("devices", directory.resolve("blueprints")));
    Path config = directory.resolve("leat.yaml");
    Files.writeString(config, "data: data\nhttp: {port: 0}\nflink: {commit-interval: 250ms}\n");
    Settings settings =
        new SettingsLoader()
            .load(config)
            .withMaintenance(
                new Maintenance(
                    true,
                    Duration.ofSeconds(1),
                    128L << 20,
                    8,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofDays(3),
                    100));
    int acknowledged;
    try (Platform platform = start(settings, folders)) {
      TestingClient client = new TestingClient(platform.baseUri(), platform.adminKey());
      try (TestingFeeder feeder = new TestingFeeder(client, "m")) {
        feeder.awaitMore(2_000, SOON);
        Until.holds(SOON, () -> hasDone(client, "compact"), "files are merged");
        client.post("/v1/maintenance", "{}");
        Until.holds(SOON, () -> hasExpired(platformTables(settings)), "metadata is cut");
        feeder.end();
        acknowledged = feeder.acknowledged().size();
      }
      Books.settled(client);
      everythingIsThereOnce(client, acknowledged);
    }
    // Without the savepoint the job is restored from a checkpoint, over merges and expiry.
    Folders.delete(settings.data().resolve("flink/savepoints"));
    try (Platform platform = start(settings, folders)) {
      TestingClient client = new TestingClient(platform.baseUri(), platform.adminKey());
      try (TestingFeeder feeder = new TestingFeeder(client, "n")) {
        feeder.awaitMore(500, SOON);
        feeder.end();
        acknowledged += feeder.acknowledged().size();
      }
      Books.settled(client);
      everythingIsThereOnce(client, acknowledged);
    }
  }

  private static Platform start(Settings settings, List<Path> folders) {
    return Platform.start(settings, folders, new BlueprintLoader().loadAll(folders));
  }

  private static boolean hasDone(TestingClient client, String action)
      throws IOException, InterruptedException {
    for (JsonNode table : client.status().path("tables")) {
      if (table.path("name").asText().equals(TABLE)) {
        assertThat(table.path("maintenance").path("failure").isTextual())
            .as(table.toString())
            .isFalse();
        for (JsonNode step : table.path("maintenance").path("did")) {
          if (step.path("action").asText().equals(action)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static Path platformTables(Settings settings) {
    return Path.of(settings.warehouse()).resolve("devices_processed/telemetry/data");
  }

  /** Files that were merged are gone from the disk: fewer are left than commits were made. */
  private static boolean hasExpired(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files.filter(file -> file.getFileName().toString().contains("merged-")).count() > 1;
    }
  }

  private static void everythingIsThereOnce(TestingClient client, int acknowledged)
      throws IOException, InterruptedException {
    assertThat(client.number("SELECT count(DISTINCT _event_id) FROM devices_processed.telemetry"))
        .isEqualTo(acknowledged);
    assertThat(client.number("SELECT count(*) FROM devices_processed.telemetry"))
        .isEqualTo(acknowledged);
  }
}
