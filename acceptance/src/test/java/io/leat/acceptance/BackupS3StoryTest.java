package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Warehouse and backups are in S3; the restored tables are in another place of it. */
@Order(115)
class BackupS3StoryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String SECRET = "s3-secret";
  private static final String BACKUPS = "s3://" + TestingS3.BUCKET + "/backups";

  private final Path directory;

  BackupS3StoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @Tag("slow")
  void aBackupInS3ComesUpInAnotherWarehouse() throws Exception {
    Path data = directory.resolve("data");
    Path restored = directory.resolve("restored");
    try (TestingS3 s3 = new TestingS3(directory.resolve("s3"), "leat", SECRET)) {
      Path config = config(s3, "leat");
      try (LeatProcess leat = up(data, config)) {
        TestingClient client = leat.awaitReady(data);
        send(client, 0, 20);
        Books.settled(client);
        send(client, 20, 30); // some of them are in the log only
        run("backup", BACKUPS, "--data", data.toString());
        leat.signal("KILL");
        leat.await(SOON);
      }
      assertThat(run("backup", "list", BACKUPS, "--config", config.toString()))
          .contains("log until");
      assertThat(run("backup", "verify", BACKUPS, "--config", config.toString()))
          .contains(" is whole: ");
      LeatProcess.Result refused =
          command("restore", BACKUPS, "--data", restored.toString(), "--config", config.toString());
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err())
          .contains("The warehouse s3://lake/leat is not empty: another Leat may use it.")
          .doesNotContain(SECRET);

      Path elsewhere = config(s3, "again");
      run("restore", BACKUPS, "--data", restored.toString(), "--config", elsewhere.toString());

      try (LeatProcess leat = up(restored, elsewhere)) {
        TestingClient client = leat.awaitReady(restored);
        assertThat(Books.settled(client)).isEqualTo(new Books(30, 30, 30, 0, 0));
        Reconciled.whole(client).isClean();
        assertThat(s3.keys()).anyMatch(key -> key.startsWith("again/devices_processed/"));
        assertThat(s3.keys()).noneMatch(key -> key.endsWith("leat-restoring"));
      }
    }
  }

  private static void send(TestingClient client, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      String event =
          "{\"event_id\":\"s3-%d\",\"device_id\":\"s3\",\"ts\":\"%s\"}".formatted(i, Instant.now());
      TestingClient.Answer answer = client.send("devices.telemetry", event);
      assertThat(answer.status()).as(answer::toString).isEqualTo(202);
    }
  }

  private LeatProcess.Result command(String... arguments) throws Exception {
    try (LeatProcess leat = LeatProcess.start(directory, arguments)) {
      return leat.await(PATIENCE);
    }
  }

  private String run(String... arguments) throws Exception {
    LeatProcess.Result result = command(arguments);
    assertThat(result.exitCode()).as("%s%n%s", result.out(), result.err()).isZero();
    return result.out();
  }

  private Path config(TestingS3 s3, String warehouse) throws IOException {
    return Files.writeString(
        directory.resolve("leat-" + warehouse + ".yaml"),
        """
        http: {port: 0}
        flink: {commit-interval: 1s}
        lake:
          warehouse: s3://%s/%s
          s3: {endpoint: "%s", path-style: true, access-key-id: leat, secret-access-key: %s}
        """
            .formatted(TestingS3.BUCKET, warehouse, s3.uri(), SECRET));
  }

  private LeatProcess up(Path data, Path config) throws IOException {
    return LeatProcess.start(
        directory,
        "up",
        Repository.root().resolve("blueprints/devices").toString(),
        "--config",
        config.toString(),
        "--data",
        data.toString());
  }
}
