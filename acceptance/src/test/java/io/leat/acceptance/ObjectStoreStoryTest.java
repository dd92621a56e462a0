package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The warehouse is in S3: its server goes away and comes back, and so does Leat. */
@Order(110)
class ObjectStoreStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String SECRET = "s3-secret";
  private static final String COUNT = "SELECT count(*) FROM devices_processed.telemetry";

  private final Path directory;

  ObjectStoreStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void tablesInS3AreWrittenQueriedAndThereAfterARestart() throws Exception {
    Path data = directory.resolve("data");
    try (TestingS3 s3 = new TestingS3(directory.resolve("s3"), "leat", SECRET)) {
      Path config = config(s3, SECRET);
      try (LeatProcess leat = up(data, config)) {
        TestingClient client = leat.awaitReady(data);
        sendTwentyOfFifteen(client, "a");

        assertThat(Books.settled(client)).isEqualTo(new Books(20, 20, 15, 5, 0));

        assertThat(s3.keys()).allSatisfy(key -> assertThat(key).startsWith("leat/devices_"));
        assertThat(data.resolve("warehouse")).doesNotExist();
        aQueryFetchesNoFileTwice(s3, client);
        anOutageIsToldAndOver(s3, client);
        assertThat(leat.said()).doesNotContain(SECRET);
        assertThat(Files.readString(data.resolve("logs/leat.log"))).doesNotContain(SECRET);
        leat.signal("TERM");
        assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
      }
      try (LeatProcess leat = up(data, config)) {
        TestingClient client = leat.awaitReady(data);

        assertThat(client.number(COUNT)).isEqualTo(30);

        sendTwentyOfFifteen(client, "c");
        assertThat(Books.settled(client)).isEqualTo(new Books(60, 60, 45, 15, 0));
      }
    }
  }

  @Test
  void aWrongKeyIsToldWithoutAStackTrace() throws Exception {
    try (TestingS3 s3 = new TestingS3(directory.resolve("s3"), "leat", SECRET);
        LeatProcess leat = up(directory.resolve("data"), config(s3, "wrong-secret"))) {
      LeatProcess.Result ended = leat.await(SOON);

      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err())
          .contains("leat: The warehouse cannot be used: SignatureDoesNotMatch", "403")
          .doesNotContain("\tat ", "wrong-secret");
    }
  }

  private static void aQueryFetchesNoFileTwice(TestingS3 s3, TestingClient client)
      throws Exception {
    assertThat(client.number(COUNT)).isEqualTo(15);
    long fetched = fetched(s3);
    assertThat(fetched).isPositive();

    assertThat(client.number(COUNT)).isEqualTo(15);

    assertThat(fetched(s3)).isEqualTo(fetched);
  }

  private static void anOutageIsToldAndOver(TestingS3 s3, TestingClient client) throws Exception {
    s3.stop();
    TestingClient.Answer refused = client.query(COUNT, 1);
    assertThat(refused.status()).as(refused::toString).isEqualTo(503);
    assertThat(refused.code()).isEqualTo("lake-unavailable");
    assertThat(client.number("SELECT 41 + 1")).isEqualTo(42);
    sendTwentyOfFifteen(client, "b");

    s3.start();

    Until.holds(SOON, () -> client.query(COUNT, 1).status() == 200, "queries work again");
    assertThat(Books.settled(client)).isEqualTo(new Books(40, 40, 30, 10, 0));
  }

  private static long fetched(TestingS3 s3) {
    return s3.requests().stream()
        .filter(request -> request.startsWith("GET leat/devices_processed/telemetry/data/"))
        .count();
  }

  private static void sendTwentyOfFifteen(TestingClient client, String run) throws Exception {
    Instant time = Instant.now();
    for (int i = 0; i < 20; i++) {
      String event =
          "{\"event_id\":\"s3-%s-%d\",\"device_id\":\"s3\",\"ts\":\"%s\"}"
              .formatted(run, i % 15, time);
      TestingClient.Answer answer = client.send("devices.telemetry", event);
      assertThat(answer.status()).as(answer::toString).isEqualTo(202);
    }
  }

  private Path config(TestingS3 s3, String secret) throws IOException {
    return Files.writeString(
        directory.resolve("leat-" + secret + ".yaml"),
        """
        http: {port: 0}
        flink: {commit-interval: 1s}
        lake:
          warehouse: s3://%s/leat
          s3: {endpoint: "%s", path-style: true, access-key-id: leat, secret-access-key: %s}
        """
            .formatted(TestingS3.BUCKET, s3.uri(), secret));
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
