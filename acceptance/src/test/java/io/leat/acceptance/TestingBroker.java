package io.leat.acceptance;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A Kafka broker in a process of its own, which can be stopped, killed and started again. */
final class TestingBroker implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);

  private final Path directory;
  private Process process;

  /** The process: serves until it is killed. */
  static final class Main {
    private Main() {}

    /**
     * Starts the broker.
     *
     * @param arguments the data directory, and the file to write the address to
     */
    public static void main(String[] arguments) throws Exception {
      DataDirectory data = DataDirectory.open(Path.of(arguments[0]));
      KafkaEngine kafka = KafkaEngine.start(data, KafkaSettings.defaults());
      Files.writeString(Path.of(arguments[1]), kafka.bootstrapServers());
      Thread.currentThread().join();
    }
  }

  TestingBroker(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.process = start();
  }

  private Process start() throws IOException, InterruptedException {
    Files.deleteIfExists(address());
    Process started =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                directory.resolve("broker").toString(),
                address().toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("broker.log").toFile())
            .start();
    Until.holds(
        START,
        () -> Files.exists(address()) && !Files.readString(address()).isEmpty(),
        "the broker serves");
    return started;
  }

  private Path address() {
    return directory.resolve("broker.address");
  }

  String bootstrap() throws IOException {
    return Files.readString(address());
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /** Kills it. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it again with the same data at the same address. */
  void startAgain() throws IOException, InterruptedException {
    process = start();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
