package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files arrive in a bucket, are told of twice, and become objects; the store goes away amid it. */
@Order(122)
class FilesObjectStoreStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String SECRET = "s3-secret";

  private final Path directory;
  private final Path data;

  FilesObjectStoreStoryTest(@TempDir Path directory) {
    this.directory = directory;
    this.data = directory.resolve("data");
  }

  @Test
  void objectsBecomeObjectsOnceWhoeverTellsOfThem() throws Exception {
    Path bucket = directory.resolve("s3");
    try (TestingS3 s3 = new TestingS3(bucket, "leat", SECRET);
        LeatProcess leat = LeatProcess.up(directory, blueprint(), data, "0", settings(s3))) {
      TestingClient client = leat.awaitReady(data);
      Files.createDirectories(bucket.resolve("in/2021"));
      TestingTrips.write(bucket.resolve("in/2021/a b.parquet"), 0, 5_000);

      assertThat(tell(client, "in/2021/a+b.parquet").toString())
          .isEqualTo("{\"objects\":1,\"of_source\":1}");
      assertThat(tell(client, "in/2021/a+b.parquet").toString())
          .isEqualTo("{\"objects\":1,\"of_source\":1}");
      assertThat(tell(client, "elsewhere/c.parquet").toString())
          .isEqualTo("{\"objects\":1,\"of_source\":0}");

      JsonNode file = published(client, "2021/a b.parquet");
      JsonNode manifest = client.get("/v1/files/" + file.path("id").asText() + "/manifest").json();
      assertThat(manifest.at("/rows/out").asLong()).isEqualTo(5_000);
      String output = file.path("destination").asText().replace("s3://lake/", "");
      assertThat(s3.keys().stream().filter(key -> key.startsWith("json/")))
          .containsExactlyInAnyOrder(
              output + "/manifest.json",
              output + "/" + manifest.at("/output/parts/0/name").asText());

      aStoreThatIsAwayIsWaitedFor(s3, bucket, client);
      assertThat(client.get("/v1/files").json().path("files")).hasSize(2);
    }
  }

  /** Nobody tells of the second object: it is found by listing. */
  private static void aStoreThatIsAwayIsWaitedFor(TestingS3 s3, Path bucket, TestingClient client)
      throws Exception {
    s3.takesWrites(false);
    TestingTrips.write(bucket.resolve("in/later.parquet"), 0, 100);
    JsonNode failed =
        Until.fits(
            SOON,
            () -> client.get("/v1/files?state=failed").json().path("files").path(0),
            file -> file.has("id"),
            () -> "the second object fails");
    assertThat(failed.path("category").asText()).isEqualTo("transient");
    assertThat(failed.path("code").asText()).isEqualTo("sink-unavailable");

    s3.takesWrites(true);

    assertThat(published(client, "later.parquet").at("/rows/out").asLong()).isEqualTo(100);
  }

  private static JsonNode published(TestingClient client, String name) throws InterruptedException {
    return Until.fits(
        SOON,
        () -> {
          for (JsonNode file : client.get("/v1/files").json().path("files")) {
            if (file.path("name").asText().equals(name)) {
              return file;
            }
          }
          throw new IllegalStateException("it is not there");
        },
        file -> file.path("state").asText().equals("published"),
        () -> name + " is published");
  }

  private static JsonNode tell(TestingClient client, String key) throws Exception {
    String event =
        "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"lake\"},"
            + "\"object\":{\"key\":\""
            + key
            + "\"}}}]}";
    String message =
        TestingClient.JSON
            .createObjectNode()
            .set(
                "Messages",
                TestingClient.JSON
                    .createArrayNode()
                    .add(TestingClient.JSON.createObjectNode().put("Body", event)))
            .toString();
    TestingClient.Answer answer =
        client.post("/v1/file-sources/objects.taxi/notifications", message);
    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
    return answer.json();
  }

  private Path blueprint() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("objects"));
    Files.writeString(
        folder.resolve("blueprint.yaml"),
        """
        blueprint: objects
        owner: platform-team
        files:
          taxi:
            from: {s3: {bucket: lake, prefix: in}, poll: 2s}
            to: {s3: {bucket: lake, prefix: json}}
            retry: {first: 500ms, most: 2s, attempts: 50}
        routes: {default: {to: [log]}}
        targets: {log: {kind: log}}
        """);
    return folder;
  }

  private static String settings(TestingS3 s3) {
    return """
        files:
          s3: {endpoint: "%s", path-style: true, access-key-id: leat, secret-access-key: %s}
        """
        .formatted(s3.uri(), SECRET);
  }
}
