package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine is lost, the backup is not. */
@Order(75)
class BackupStoryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String PROBE =
      "{\"event_id\":\"probe\",\"device_id\":\"probe\",\"ts\":\"2026-03-01T10:00:00Z\"}";

  private final Path directory;

  BackupStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void whatWasAcknowledgedBeforeABackupIsThereOnceAfterARestore() throws Exception {
    Path data = directory.resolve("data");
    Path backups = directory.resolve("backups");
    Set<String> acknowledged;
    String probe = probe();
    String clientKey;
    String adminKey;
    try (LeatProcess leat = up(devices(), data)) {
      TestingClient admin = leat.awaitReady(data);
      adminKey = admin.key();
      clientKey = addClient(data);
      assertThat(admin.as(clientKey).send("devices.telemetry", probe).status()).isEqualTo(202);
      TestingFeeder feeder = new TestingFeeder(admin, "b");
      feeder.awaitMore(2_000, SOON);
      JsonNode first = backUp(data, backups);
      assertThat(first.path("reused_files").asInt()).isZero();
      Map<Path, FileTime> written = times(backups.resolve("files"));
      assertThat(written).isNotEmpty();
      feeder.awaitMore(1_000, SOON);
      acknowledged = new HashSet<>(feeder.acknowledged());

      JsonNode second = backUp(data, backups);

      assertThat(second.path("reused_files").asInt())
          .as("files that were not copied again")
          .isEqualTo(written.size() - gone(written, backups));
      assertThat(times(backups.resolve("files")))
          .as("rewritten files")
          .containsAllEntriesOf(written);
      feeder.awaitMore(500, SOON);
      leat.signal("KILL");
      leat.await(SOON);
      feeder.end();
    }
    Folders.delete(data);

    JsonNode verified = json("backup", "verify", backups.toString(), "--json");
    assertThat(verified.path("whole").asBoolean()).as(verified::toString).isTrue();
    assertThat(verified.path("rows").asLong()).isPositive();
    Path restored = directory.resolve("elsewhere").resolve("data");
    run("restore", backups.toString(), "--data", restored.toString());

    try (LeatProcess leat = up(restored.resolve("blueprints/devices"), restored)) {
      TestingClient admin = leat.awaitReady(restored);
      Books before = Books.settled(admin);
      assertThat(before.processed()).isGreaterThan(acknowledged.size());
      everyOneIsThereOnce(admin, acknowledged);
      assertThat(admin.as(clientKey).send("devices.telemetry", probe).status()).isEqualTo(202);
      assertThat(admin.as(adminKey).get("/v1/status").status()).isEqualTo(401);

      Books after = Books.settled(admin);

      assertThat(after.duplicates() - before.duplicates()).isEqualTo(1);
      Reconciled whole = Reconciled.whole(admin);
      whole.isClean();
      assertThat(Books.of(whole.stream("devices.telemetry"))).isEqualTo(after);
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
  }

  private static String probe() {
    return PROBE.replace("2026-03-01T10:00:00Z", java.time.Instant.now().toString());
  }

  /** Shared files of the first backup that the second did not need. */
  private static long gone(Map<Path, FileTime> written, Path backups) throws IOException {
    Set<String> named = new HashSet<>();
    try (Stream<Path> manifests = Files.walk(backups.resolve("backups"), 2)) {
      Path newest =
          manifests
              .filter(file -> file.endsWith("manifest.json"))
              .max(Comparator.naturalOrder())
              .orElseThrow();
      TestingClient.JSON
          .readTree(newest.toFile())
          .path("files")
          .forEach(file -> named.add(file.path("path").asText()));
    }
    return written.keySet().stream()
        .filter(file -> !named.contains(backups.relativize(file).toString()))
        .count();
  }

  private static Map<Path, FileTime> times(Path folder) throws IOException {
    Map<Path, FileTime> times = new HashMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  private JsonNode backUp(Path data, Path to) throws Exception {
    JsonNode done = json("backup", to.toString(), "--data", data.toString(), "--json");
    assertThat(done.path("state").asText()).as(done::toString).isEqualTo("done");
    return done;
  }

  private String addClient(Path data) throws Exception {
    return json("client", "add", "--name", "kiosk", "--data", data.toString(), "--json")
        .path("key")
        .asText();
  }

  private JsonNode json(String... arguments) throws Exception {
    return TestingClient.JSON.readTree(run(arguments));
  }

  private String run(String... arguments) throws Exception {
    try (LeatProcess leat = LeatProcess.start(directory, arguments)) {
      LeatProcess.Result result = leat.await(PATIENCE);
      assertThat(result.exitCode()).as("%s%n%s", result.out(), result.err()).isZero();
      return result.out();
    }
  }

  private static void everyOneIsThereOnce(TestingClient client, Set<String> acknowledged)
      throws Exception {
    Map<String, Integer> counts = new HashMap<>();
    for (JsonNode row :
        client.rows("SELECT _event_id, count(*) FROM devices_processed.telemetry GROUP BY 1")) {
      counts.put(row.path(0).asText(), row.path(1).asInt());
    }
    Set<String> missing = new HashSet<>(acknowledged);
    missing.removeAll(counts.keySet());
    assertThat(missing).isEmpty();
    assertThat(counts.values()).containsOnly(1);
  }

  private static Path devices() {
    return Repository.root().resolve("blueprints/devices");
  }

  private LeatProcess up(Path blueprint, Path data) throws IOException {
    return LeatProcess.up(directory, blueprint, data, "0", "");
  }
}
