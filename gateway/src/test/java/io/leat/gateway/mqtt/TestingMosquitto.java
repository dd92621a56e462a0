package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Eclipse Mosquitto in a process of its own, which can be stopped and started where it was. */
final class TestingMosquitto implements AutoCloseable {

  final int port;
  private final Path directory;
  private @Nullable Process process;

  /**
   * @param settings of its configuration besides, one a line
   */
  TestingMosquitto(Path directory, String settings) throws Exception {
    this.directory = directory;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(
        directory.resolve("mosquitto.conf"),
        """
        listener %d 127.0.0.1
        persistence true
        persistence_location %s/
        max_inflight_messages 100
        max_queued_messages 0
        user root
        %s
        """
            .formatted(port, directory, settings));
    start();
  }

  /** Whether there is one on this machine. */
  static boolean isThere() {
    return executable() != null;
  }

  private static @Nullable String executable() {
    // Debian puts it where only the administrator's PATH looks.
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
    try (Stream<String> folders = Pattern.compile(":").splitAsStream(path)) {
      return folders
          .map(folder -> Path.of(folder, "mosquitto"))
          .filter(Files::isExecutable)
          .map(Path::toString)
          .findFirst()
          .orElse(null);
    }
  }

  void start() throws Exception {
    process =
        new ProcessBuilder(
                String.valueOf(executable()), "-c", directory.resolve("mosquitto.conf").toString())
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
    throw new IllegalStateException(log());
  }

  String log() throws IOException {
    return Files.readString(directory.resolve("mosquitto.log"));
  }

  /** Ends it as its operator would: it saves what it has. */
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  /** Has it save what it has, then kills it. */
  void kill() throws Exception {
    if (process == null) {
      return;
    }
    Path saved = directory.resolve("mosquitto.db");
    Files.deleteIfExists(saved);
    new ProcessBuilder("kill", "-USR1", String.valueOf(process.pid())).start().waitFor();
    for (int i = 0; i < 100 && !Files.exists(saved); i++) {
      Thread.sleep(100);
    }
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
  }

  /** Publishes with quality of service 1, and waits until the broker has taken it. */
  void publish(String topic, String payload, String... properties) {
    try (Publishing publishing = new Publishing()) {
      publishing.send(topic, payload, null, properties);
    }
  }

  /** A device that publishes. */
  final class Publishing implements AutoCloseable {
    private final Mqtt5BlockingClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(port)
            .buildBlocking();

    Publishing() {
      client.connect();
    }

    void send(String topic, String payload, @Nullable String contentType, String... properties) {
      var publish =
          Mqtt5Publish.builder()
              .topic(topic)
              .qos(MqttQos.AT_LEAST_ONCE)
              .payload(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      if (contentType != null) {
        publish = publish.contentType(contentType);
      }
      List<Map.Entry<String, String>> pairs = new ArrayList<>();
      for (int i = 0; i < properties.length; i += 2) {
        pairs.add(Map.entry(properties[i], properties[i + 1]));
      }
      for (Map.Entry<String, String> pair : pairs) {
        publish =
            publish.userProperties().add(pair.getKey(), pair.getValue()).applyUserProperties();
      }
      client.publish(publish.build());
    }

    /** The broker keeps it for whoever subscribes later. */
    void retain(String topic, String payload) {
      client.publish(
          Mqtt5Publish.builder()
              .topic(topic)
              .qos(MqttQos.AT_LEAST_ONCE)
              .payload(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8))
              .retain(true)
              .build());
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
