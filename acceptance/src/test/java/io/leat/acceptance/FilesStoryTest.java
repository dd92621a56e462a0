package io.leat.acceptance;

import static java.net.http.HttpRequest.BodyPublishers.noBody;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files arrive in a folder and by upload; people look at them, and query their rows. */
@Order(120)
class FilesStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);

  private final Path directory;
  private final Path data;

  FilesStoryTest(@TempDir Path directory) {
    this.directory = directory;
    this.data = directory.resolve("data");
  }

  @Test
  void filesBecomeJsonAndRowsAndWhatCannotIsAnIncident() throws Exception {
    Path blueprint = Repository.copyOfBlueprint("files", directory.resolve("blueprints"));
    Path inbox = blueprint.resolve("inbox");
    try (LeatProcess leat =
        LeatProcess.up(directory, blueprint, data, "0", "files: {workers: 2, memory: 64MiB}\n")) {
      TestingClient client = leat.awaitReady(data);

      TestingTrips.drop(directory, inbox, "trips-1.parquet", 0, 10_000);
      JsonNode file = published(client, "trips-1.parquet");
      assertThat(file.at("/rows/out").asLong()).isEqualTo(10_000);
      itsOutputIsWholeAndSaysSo(client, file);
      theCommandLineShowsIt(file);

      Files.writeString(inbox.resolve("bad.parquet"), "no Parquet at all");
      aBrokenOneIsAnIncidentUntilItIsForgotten(client);

      Path sent = TestingTrips.write(directory.resolve("sent.parquet"), 0, 3_000);
      LeatProcess.Result added =
          run("files", "add", "--source", "files.trips_by_hand", sent.toString());
      assertThat(added.err()).isEmpty();
      JsonNode loaded = published(client, "sent.parquet");
      assertThat(loaded.at("/rows/loaded").asLong()).isEqualTo(3_000);
      assertThat(loaded.at("/rows/refused").asLong()).isZero();
      Until.fits(
          SOON,
          () -> client.number("SELECT count(*) FROM files_processed.trips"),
          count -> count == 3_000,
          () -> "the rows can be queried");
      assertThat(client.number("SELECT sum(total)::BIGINT FROM files_processed.trips"))
          .isEqualTo(4_509_000);
      anUploadThatBreaksOffGoesOnWhereItEnded(client);
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
  }

  private static JsonNode published(TestingClient client, String name) throws InterruptedException {
    return Until.fits(
        SOON,
        () -> client.get("/v1/files?name=" + name).json().path("files").path(0),
        file -> file.path("state").asText().equals("published"),
        () -> name + " is published");
  }

  private void itsOutputIsWholeAndSaysSo(TestingClient client, JsonNode file)
      throws IOException, InterruptedException {
    Path output = Path.of(file.path("destination").asText());
    JsonNode manifest = TestingClient.JSON.readTree(output.resolve("manifest.json").toFile());
    assertThat(client.get("/v1/files/" + file.path("id").asText() + "/manifest").json())
        .isEqualTo(manifest);
    try (Stream<Path> all = Files.list(output)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("manifest.json", manifest.at("/output/parts/0/name").asText());
    }
  }

  private void theCommandLineShowsIt(JsonNode file) throws Exception {
    String id = file.path("id").asText();
    LeatProcess.Result list = run("files", "list", "--state", "published");
    assertThat(list.err()).isEmpty();
    assertThat(list.out()).contains(id, "files.taxi", "trips-1.parquet", "published", "10,000");
    assertThat(run("files", "show", id).out()).contains("rows out", "10,000", "attempt");
    assertThat(run("files", "sources").out()).contains("files.taxi", "files.trips_by_hand");
  }

  private void aBrokenOneIsAnIncidentUntilItIsForgotten(TestingClient client) throws Exception {
    JsonNode incident =
        Until.fits(
            SOON,
            () -> client.get("/v1/incidents?state=open").json().path("incidents").path(0),
            one -> one.has("id"),
            () -> "there is an incident");
    assertThat(incident.path("summary").asText()).contains("bad.parquet");
    JsonNode file = client.get("/v1/files?state=dead_lettered").json().path("files").path(0);
    assertThat(file.path("category").asText()).isEqualTo("corrupt");
    Path letter = Path.of(file.path("dead_letter").asText());
    assertThat(letter).exists();
    assertThat(Path.of(letter + ".reason.json")).exists();

    LeatProcess.Result forgotten = run("files", "forget", file.path("id").asText());

    assertThat(forgotten.out()).contains("is forgotten.");
    Until.holds(
        SOON,
        () -> client.get("/v1/incidents?state=open").json().path("incidents").isEmpty(),
        "the incident is over");
  }

  /** By the protocol, as any other client of tus would. */
  private void anUploadThatBreaksOffGoesOnWhereItEnded(TestingClient client) throws Exception {
    byte[] file =
        Files.readAllBytes(TestingTrips.write(directory.resolve("cut.parquet"), 0, 2_000));
    String uploads = "/v1/file-sources/files.trips_by_hand/uploads";
    String name = Base64.getEncoder().encodeToString("cut.parquet".getBytes(UTF_8));
    String upload =
        client
            .exchange(
                tus(client, uploads)
                    .header("Upload-Length", String.valueOf(file.length))
                    .header("Upload-Metadata", "filename " + name)
                    .POST(noBody()))
            .http()
            .headers()
            .firstValue("Location")
            .orElseThrow();
    int half = file.length / 2;
    try (Socket cut = new Socket(client.base().getHost(), client.base().getPort())) {
      String head =
          String.join(
              "\r\n",
              "PATCH " + upload + " HTTP/1.1",
              "Host: localhost",
              "Authorization: Bearer " + client.key(),
              "Tus-Resumable: 1.0.0",
              "Content-Type: application/offset+octet-stream",
              "Upload-Offset: 0",
              "Content-Length: " + file.length,
              "",
              "");
      cut.getOutputStream().write(head.getBytes(UTF_8));
      cut.getOutputStream().write(file, 0, half);
      cut.getOutputStream().flush();
      Until.fits(
          SOON,
          () -> offset(client.exchange(tus(client, upload).method("HEAD", noBody()))),
          offset -> offset == half,
          () -> half + " of " + file.length + " bytes are there");
    }
    TestingClient.Answer elsewhere = patch(client, upload, 0, file);
    assertThat(elsewhere.status()).as(elsewhere.toString()).isEqualTo(409);

    // Until Leat knows that the connection is gone, somebody else writes to the upload.
    byte[] missing = Arrays.copyOfRange(file, half, file.length);
    TestingClient.Answer rest =
        Until.fits(
            SOON,
            () -> patch(client, upload, half, missing),
            answer -> answer.status() == 204,
            () -> "the rest is taken");

    assertThat(offset(rest)).isEqualTo(file.length);
    assertThat(published(client, "cut.parquet").at("/rows/out").asLong()).isEqualTo(2_000);
  }

  private static HttpRequest.Builder tus(TestingClient client, String path) {
    return client.request(path).header("Tus-Resumable", "1.0.0");
  }

  private static TestingClient.Answer patch(
      TestingClient client, String upload, long offset, byte[] bytes) throws Exception {
    return client.exchange(
        tus(client, upload)
            .header("Content-Type", "application/offset+octet-stream")
            .header("Upload-Offset", String.valueOf(offset))
            .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(bytes)));
  }

  private static long offset(TestingClient.Answer answer) {
    return answer.http().headers().firstValueAsLong("Upload-Offset").orElse(-1);
  }

  private LeatProcess.Result run(String... arguments) throws Exception {
    List<String> all =
        Stream.concat(Stream.of(arguments), Stream.of("--data", data.toString())).toList();
    return LeatProcess.run(directory, "", all.toArray(String[]::new));
  }
}
