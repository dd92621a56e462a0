package io.leat.acceptance;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Eclipse Mosquitto in a process of its own, which keeps its sessions when it is stopped. */
final class TestingMosquitto implements AutoCloseable {

  final int port;
  private final Path directory;
  private @Nullable Process process;

  TestingMosquitto(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.port = Ports.free();
    Files.writeString(
        directory.resolve("mosquitto.conf"),
        """
        listener %d 127.0.0.1
        allow_anonymous true
        persistence true
        persistence_location %s/
        max_queued_messages 0
        user root
        """
            .formatted(port, directory));
    start();
  }

  /** The program, or null. Debian puts it where only the administrator's PATH looks. */
  static @Nullable String program() {
    return Pattern.compile(":")
        .splitAsStream(System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        .map(folder -> Path.of(folder, "mosquitto"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse(null);
  }

  void start() throws IOException, InterruptedException {
    process =
        new ProcessBuilder(
                String.valueOf(program()), "-c", directory.resolve("mosquitto.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("mosquitto.log").toFile()))
            .start();
    for (int i = 0; i < 100; i++) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException(Files.readString(directory.resolve("mosquitto.log")));
  }

  void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  /** A device that publishes with quality of service 1; each waits until the broker has it. */
  final class Device implements AutoCloseable {
    private final Mqtt5BlockingClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(port)
            .buildBlocking();

    Device() {
      client.connect();
    }

    void publish(String topic, String payload) {
      client
          .publishWith()
          .topic(topic)
          .qos(MqttQos.AT_LEAST_ONCE)
          .payload(payload.getBytes(StandardCharsets.UTF_8))
          .send();
    }

    @Override
    public void close() {
      client.disconnect();
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }
}
