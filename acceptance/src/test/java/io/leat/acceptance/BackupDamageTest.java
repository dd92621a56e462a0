package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a damaged backup says, and what is left of others when one is pruned. */
@ExtendWith(SharedPlatform.class)
class BackupDamageTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Path directory;
  private final Path backups;
  private final SharedPlatform.Running leat;

  BackupDamageTest(@TempDir Path directory, SharedPlatform.Running leat) {
    this.directory = directory;
    this.backups = directory.resolve("backups");
    this.leat = leat;
  }

  @BeforeEach
  void backedUp() throws Exception {
    backUp();
  }

  @Test
  void aFlippedByteAndAMissingFileAreNamed() throws Exception {
    List<Path> data = dataFiles();
    Path flipped = data.get(0);
    Path missing = data.get(1);
    flip(flipped);
    Files.delete(missing);

    LeatProcess.Result verified = run("backup", "verify", backups.toString());

    assertThat(verified.exitCode()).isEqualTo(1);
    assertThat(verified.err())
        .contains(backups.relativize(flipped) + " is damaged: its checksum is another")
        .contains(backups.relativize(missing) + " is missing")
        .doesNotContain("\tat ");
    flip(flipped);
    assertThat(run("backup", "verify", backups.toString()).err())
        .doesNotContain(backups.relativize(flipped).toString());
  }

  @Test
  void aDamagedManifestIsNotTakenForABackup() throws Exception {
    Path manifest = files("manifest.json").get(0);
    flip(manifest);

    LeatProcess.Result listed = run("backup", "list", backups.toString());

    assertThat(listed.exitCode()).isEqualTo(1);
    assertThat(listed.err()).contains("manifest.json is damaged: its checksum is another");
    assertThat(
            run("restore", backups.toString(), "--data", directory.resolve("new").toString()).err())
        .contains("There is no complete backup at " + backups);
  }

  @Test
  void aHalfRestoredDirectoryIsRefusedAndRestoredAgain() throws Exception {
    Path data = directory.resolve("restored");
    Path damaged = dataFiles().get(0);
    flip(damaged);
    LeatProcess.Result failed = run("restore", backups.toString(), "--data", data.toString());
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err())
        .contains("The backup's file " + damaged + " is not what was written")
        .doesNotContain("\tat ");

    LeatProcess.Result refused = run("up", leat.blueprint().toString(), "--data", data.toString());

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains("The data directory " + data + " is half restored from " + backups + ", ")
        .contains("Repeat 'leat restore' with the same --data, or delete the directory.");
    flip(damaged);
    LeatProcess.Result again = run("restore", backups.toString(), "--data", data.toString());
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(run("restore", backups.toString(), "--data", data.toString()).err())
        .contains("The directory " + data + " is not empty (");
  }

  @Test
  void pruningKeepsWhatTheNewestBackupNeeds() throws Exception {
    backUp();
    send();
    backUp();

    LeatProcess.Result pruned = run("backup", "prune", backups.toString(), "--keep", "1");

    assertThat(pruned.out()).contains("Deleted 2 backups and ");
    JsonNode left =
        TestingClient.JSON.readTree(run("backup", "list", backups.toString(), "--json").out());
    assertThat(left.path("backups")).hasSize(1);
    LeatProcess.Result verified = run("backup", "verify", backups.toString());
    assertThat(verified.exitCode()).as(verified.err()).isZero();
    assertThat(verified.out()).contains(" is whole: ");
  }

  @Test
  void aFolderOfOtherThingsIsNoPlaceForBackups() throws Exception {
    Path other = Files.createDirectories(directory.resolve("other"));
    Files.writeString(other.resolve("thesis.txt"), "years of work");

    JsonNode failed = begunAndEnded(other.toString());

    assertThat(failed.path("state").asText()).isEqualTo("failed");
    assertThat(failed.path("failure").asText())
        .isEqualTo(
            other
                + " holds other files (thesis.txt). Name an empty or a new place, or one that holds"
                + " backups.");
    assertThat(leat.admin().post("/v1/backups", "{\"target\":\"relative\"}").code())
        .isEqualTo("invalid-configuration");
    Path inside = leat.directory().resolve("data").toRealPath().resolve("backups");
    assertThat(leat.admin().post("/v1/backups", "{\"target\":\"%s\"}".formatted(inside)).text())
        .contains("is in the data directory and would be lost with it");
  }

  private void backUp() throws Exception {
    send();
    JsonNode done = begunAndEnded(backups.toString());
    assertThat(done.path("state").asText()).as(done::toString).isEqualTo("done");
  }

  private void send() throws Exception {
    for (String stream : List.of("devices.telemetry", "devices.heartbeat")) {
      String event =
          "{\"event_id\":\"damage-%d\",\"device_id\":\"d\",\"ts\":\"%s\"}"
              .formatted(System.nanoTime(), Instant.now());
      TestingClient.Answer answer = leat.admin().send(stream, event);
      assertThat(answer.status()).as(answer::toString).isIn(202, 422);
    }
  }

  private JsonNode begunAndEnded(String target) throws Exception {
    String body = TestingClient.JSON.createObjectNode().put("target", target).toString();
    TestingClient.Answer begun = leat.admin().post("/v1/backups", body);
    assertThat(begun.status()).as(begun::toString).isEqualTo(202);
    return Until.fits(
        SOON,
        () -> leat.admin().get("/v1/backups").json().path("backups").path(0),
        backup -> !backup.path("state").asText().equals("running"),
        () -> "the backup does not end");
  }

  private LeatProcess.Result run(String... arguments) throws Exception {
    try (LeatProcess leat = LeatProcess.start(directory, arguments)) {
      return leat.await(PATIENCE);
    }
  }

  private List<Path> dataFiles() throws IOException {
    return files(".parquet");
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(backups)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }
}
