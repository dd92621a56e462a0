package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** {@code leat ...} in a process of its own, started as the launcher script does. */
final class LeatProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration SERVE_AGAIN = Duration.ofMinutes(2);

  private final Process process;
  private final Path out;
  private final Path err;

  private LeatProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** What a command that ended said. */
  record Result(int exitCode, String out, String err) {}

  static LeatProcess start(Path directory, String... arguments) throws IOException {
    Path out = Files.createTempFile(directory, "leat", ".out");
    Path err = Files.createTempFile(directory, "leat", ".err");
    Process process =
        builder(directory, arguments)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new LeatProcess(process, out, err);
  }

  /**
   * Starts {@code leat up} on a data directory, with a commit each second.
   *
   * @param settings of leat.yaml besides; may be empty
   */
  static LeatProcess up(Path directory, Path blueprint, Path data, String port, String settings)
      throws IOException {
    Path config = directory.resolve("leat.yaml");
    Files.writeString(config, "flink: {commit-interval: 1s}\n" + settings);
    return start(
        directory,
        "up",
        blueprint.toString(),
        "--config",
        config.toString(),
        "--data",
        data.toString(),
        "--port",
        port);
  }

  /** Runs a command to its end. */
  static Result run(Path directory, String input, String... arguments)
      throws IOException, InterruptedException {
    try (LeatProcess leat = start(directory, arguments)) {
      try (var in = leat.process.getOutputStream()) {
        in.write(input.getBytes(UTF_8));
      }
      return leat.await(Duration.ofSeconds(60));
    }
  }

  private static ProcessBuilder builder(Path directory, String... arguments) {
    ProcessBuilder builder =
        new ProcessBuilder(Launch.command(arguments)).directory(directory.toFile());
    Launch.environment(builder);
    return builder;
  }

  /** Waits until this process, and no earlier one, serves from {@code data}. */
  TestingClient awaitReady(Path data) throws InterruptedException {
    return Until.fits(
        START,
        () -> {
          assertThat(process.isAlive()).as(this::said).isTrue();
          if (!isAnnounced(data)) {
            throw new IllegalStateException("an earlier process announced itself");
          }
          TestingClient client = client(data);
          if (client.get("/health/ready").status() != 200) {
            throw new IllegalStateException("it is not ready yet");
          }
          return client;
        },
        client -> true,
        () -> "leat is not ready: " + said());
  }

  /** Waits until this process serves from {@code data}, or has ended: then it is false. */
  boolean servesOrEnds(Path data) throws InterruptedException {
    return Until.fits(
            SERVE_AGAIN,
            () ->
                !process.isAlive()
                    || (isAnnounced(data) && client(data).get("/health/ready").status() == 200),
            serves -> serves,
            () -> "leat neither serves nor ends: " + said())
        && process.isAlive();
  }

  private boolean isAnnounced(Path data) throws IOException {
    JsonNode run = TestingClient.JSON.readTree(data.resolve("run.json").toFile());
    return run.path("pid").asLong() == process.pid();
  }

  private static TestingClient client(Path data) throws IOException {
    JsonNode run = TestingClient.JSON.readTree(data.resolve("run.json").toFile());
    String key = Files.readString(data.resolve("admin.key")).strip();
    return new TestingClient(URI.create(run.path("base_uri").asText()), key);
  }

  long pid() {
    return process.pid();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Sends a signal, such as {@code TERM}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
    assertThat(kill.waitFor()).isEqualTo(0);
  }

  Result await(Duration within) throws IOException, InterruptedException {
    assertThat(process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS))
        .as(() -> "leat has ended: " + said())
        .isTrue();
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  String said() {
    try {
      return Files.readString(out) + Files.readString(err);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
