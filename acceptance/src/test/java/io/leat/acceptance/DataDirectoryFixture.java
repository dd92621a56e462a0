package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small data directory as an earlier Leat left it. Its tables name their files by where they were
 * written, so it is always unpacked to the same place.
 */
final class DataDirectoryFixture {
  /** Where it was written, and where it has to be. */
  static final Path PLACE = Path.of("/tmp/leat-fixture/data");

  static final String STREAM = "gauges.reading";

  /** g-0 to g-19, the first five twice; then an id with another payload, and a wild value. */
  static final Books BOOKS = new Books(27, 27, 20, 5, 2);

  private static final Path RESOURCES =
      Repository.root().resolve("acceptance/src/test/resources/fixtures");
  private static final Path ARCHIVE = RESOURCES.resolve("data-directory.tar.zst");

  /** Of the compression, as a power of two: PostgreSQL's databases are nearly the same. */
  private static final int WINDOW = 27;

  private static final Duration SOON = Duration.ofSeconds(60);

  private DataDirectoryFixture() {}

  /** Makes the fixture anew with this Leat; it is for the next one. */
  static void write(Path directory) throws Exception {
    delete();
    try (LeatProcess leat = up(directory, PLACE)) {
      TestingClient client = leat.awaitReady(PLACE);
      String first = readings(0, 20);
      String more =
          readings(0, 5) + reading("g-0", 77) + reading("g-wild", 5_000) + "{\"gauge_id\":\"g\"}\n";
      assertThat(send(client, first)).isEqualTo(202);
      assertThat(send(client, more)).isEqualTo(207);
      settled(client, BOOKS);
      Until.holds(
          SOON,
          () -> client.number("SELECT count(*) FROM gauges_raw.rejected") == 1,
          "the refused record is kept");
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
    for (String left :
        List.of(
            "logs",
            "leat.lock",
            "ports.properties",
            "query",
            "staging",
            "postgres/postmaster.opts")) {
      Folders.delete(PLACE.resolve(left));
    }
    Process tar = tar("--sparse", "--owner=0", "--group=0", "--numeric-owner", "-cf", "-", "data");
    try (InputStream in = tar.getInputStream();
        ZstdOutputStream out = new ZstdOutputStream(Files.newOutputStream(ARCHIVE), 22)) {
      out.setLong(WINDOW);
      in.transferTo(out);
    }
    assertThat(tar.waitFor()).isZero();
  }

  /** Puts it to its place. */
  static void unpack() throws IOException, InterruptedException {
    delete();
    Files.createDirectories(PLACE.getParent());
    Process tar = tar("--no-same-owner", "-xpf", "-");
    try (ZstdInputStream in = new ZstdInputStream(Files.newInputStream(ARCHIVE));
        OutputStream out = tar.getOutputStream()) {
      in.setLongMax(WINDOW);
      in.transferTo(out);
    }
    assertThat(tar.waitFor()).isZero();
  }

  /** Takes it away. */
  static void delete() throws IOException {
    Folders.delete(PLACE);
  }

  static LeatProcess up(Path directory, Path data) throws IOException {
    Path config = directory.resolve("leat.yaml");
    Files.writeString(config, "flink: {commit-interval: 1s}\n");
    return LeatProcess.start(
        directory,
        "up",
        RESOURCES.resolve("gauges").toString(),
        "--config",
        config.toString(),
        "--data",
        data.toString(),
        "--port",
        "0");
  }

  static int send(TestingClient client, String readings) throws IOException, InterruptedException {
    return client
        .post("/v1/events/" + STREAM, "application/x-ndjson", readings.getBytes(UTF_8))
        .status();
  }

  static String readings(int first, int next) {
    return IntStream.range(first, next)
        .mapToObj(i -> reading("g-" + i, i))
        .collect(Collectors.joining());
  }

  /** Of one gauge for each id, so that its order does not matter. */
  static String reading(String id, int value) {
    return "{\"event_id\":\"%s\",\"gauge_id\":\"of-%s\",\"value\":%d}\n".formatted(id, id, value);
  }

  static void settled(TestingClient client, Books books) throws InterruptedException {
    Until.fits(SOON, () -> Books.now(client), books::equals, () -> "the books are not " + books);
  }

  private static Process tar(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("tar", "-C", String.valueOf(PLACE.getParent())));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
