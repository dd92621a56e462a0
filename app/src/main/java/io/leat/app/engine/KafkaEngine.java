package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker and its KRaft controller, inside this process, on loopback. Kafka's own way to
 * fail when its disk fails is to halt the process, and so it does here: an acknowledged event is
 * never given up silently.
 */
public final class KafkaEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaEngine.class);
  private static final int NODE = 1;
  private static final int BIND_ATTEMPTS = 3;
  private static final String BROKER_PORT = "kafka.broker";
  private static final String CONTROLLER_PORT = "kafka.controller";

  private final KafkaRaftServer server;
  private final Path directory;
  private final int port;

  private KafkaEngine(KafkaRaftServer server, Path directory, int port) {
    this.server = server;
    this.directory = directory;
    this.port = port;
  }

  /**
   * Starts the broker and returns when it takes records. The ports are those of the last time when
   * they are free.
   *
   * @throws LeatException {@link ErrorCode#LOG_UNAVAILABLE} when it does not start
   */
  public static KafkaEngine start(DataDirectory data, KafkaSettings settings) {
    try {
      format(data.kafka());
    } catch (Exception e) {
      throw failed("its directory " + data.kafka() + " cannot be prepared", e);
    }
    int broker = data.ports().choose(BROKER_PORT);
    int controller = data.ports().choose(CONTROLLER_PORT);
    for (int attempt = 1; ; attempt++) {
      KafkaRaftServer server =
          new KafkaRaftServer(
              new KafkaConfig(properties(data.kafka(), settings, broker, controller), false),
              Time.SYSTEM);
      try {
        server.startup();
        KafkaEngine engine = new KafkaEngine(server, data.kafka(), broker);
        engine.forceNames();
        return engine;
      } catch (Throwable e) { // Kafka throws errors of all kinds; what was started must stop
        stopFailed(server, e);
        if (!isBindFailure(e) || attempt == BIND_ATTEMPTS) {
          throw failed(String.valueOf(e.getMessage()), e);
        }
        LOG.info("A port of the broker was taken a moment ago; choosing others");
        broker = data.ports().chooseOther(BROKER_PORT);
        controller = data.ports().chooseOther(CONTROLLER_PORT);
      }
    }
  }

  /** For clients in this machine: {@code 127.0.0.1:port}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /**
   * Forces the names of the partitions' directories to the device, which Kafka leaves to the
   * operating system: without them, what it forces in them is lost. To be called when partitions
   * were made, before anything in them counts.
   *
   * @throws LeatException {@link ErrorCode#LOG_UNAVAILABLE} when the device does not take them
   */
  public void forceNames() {
    try {
      DurableFiles.force(directory);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE, "The log's directory " + directory + " cannot be forced", e);
    }
  }

  /** Stops cleanly: logs are flushed and the next start need not recover them. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path directory) throws Exception {
    if (Files.exists(directory.resolve("meta.properties"))) {
      return;
    }
    DurableFiles.createDirectories(directory);
    ByteArrayOutputStream report = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(report, true, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(out)
          .setNodeId(NODE)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(directory.toString())
          .setMetadataLogDirectory(directory.toString())
          .setIgnoreFormatted(true)
          .setControllerListenerName("CONTROLLER")
          .setReleaseVersion(MetadataVersion.latestProduction())
          .run();
    }
    DurableFiles.forceTree(directory); // Kafka forces only a part of it
    LOG.debug("{}", report.toString(StandardCharsets.UTF_8));
  }

  private static Properties properties(
      Path directory, KafkaSettings settings, int broker, int controller) {
    Properties all = new Properties();
    all.putAll(node(directory, broker, controller));
    all.putAll(singleNode());
    all.putAll(footprint());
    all.put("log.retention.ms", String.valueOf(settings.retention().toMillis()));
    all.put("log.retention.bytes", String.valueOf(settings.retentionBytes()));
    all.put("log.segment.bytes", String.valueOf(settings.segmentBytes()));
    if (settings.durability() == Durability.DISK) {
      all.put("log.flush.interval.messages", "1");
    }
    all.putAll(settings.properties());
    return all;
  }

  private static Map<String, String> node(Path directory, int broker, int controller) {
    return Map.of(
        "process.roles",
        "broker,controller",
        "node.id",
        String.valueOf(NODE),
        "controller.quorum.voters",
        NODE + "@127.0.0.1:" + controller,
        "listeners",
        "LOCAL://127.0.0.1:" + broker + ",CONTROLLER://127.0.0.1:" + controller,
        "advertised.listeners",
        "LOCAL://127.0.0.1:" + broker,
        "listener.security.protocol.map",
        "LOCAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name",
        "LOCAL",
        "controller.listener.names",
        "CONTROLLER",
        "log.dirs",
        directory.toString(),
        "auto.create.topics.enable",
        "false");
  }

  /** Nothing to replicate to, nobody to wait for. */
  private static Map<String, String> singleNode() {
    return Map.of(
        "offsets.topic.replication.factor", "1",
        "transaction.state.log.replication.factor", "1",
        "transaction.state.log.min.isr", "1",
        "share.coordinator.state.topic.replication.factor", "1",
        "share.coordinator.state.topic.min.isr", "1",
        "default.replication.factor", "1",
        "min.insync.replicas", "1",
        "group.initial.rebalance.delay.ms", "0",
        "broker.heartbeat.interval.ms", "500",
        "broker.session.timeout.ms", "2500");
  }

  /** Kafka's defaults are for a machine of its own. */
  private static Map<String, String> footprint() {
    return Map.ofEntries(
        Map.entry("num.network.threads", "2"),
        Map.entry("num.io.threads", "4"),
        Map.entry("background.threads", "2"),
        Map.entry("num.recovery.threads.per.data.dir", "2"),
        Map.entry("group.coordinator.threads", "1"),
        Map.entry("share.coordinator.threads", "1"),
        Map.entry("offsets.topic.num.partitions", "4"),
        Map.entry("offsets.topic.segment.bytes", String.valueOf(8 << 20)),
        Map.entry("transaction.state.log.num.partitions", "4"),
        Map.entry("transaction.state.log.segment.bytes", String.valueOf(8 << 20)),
        Map.entry("share.coordinator.state.topic.num.partitions", "1"),
        Map.entry("metadata.log.segment.bytes", String.valueOf(8 << 20)),
        Map.entry("metadata.max.retention.bytes", String.valueOf(32 << 20)),
        Map.entry("metadata.max.idle.interval.ms", "5000"),
        Map.entry("log.cleaner.threads", "1"),
        Map.entry("log.cleaner.dedupe.buffer.size", String.valueOf(4 << 20)),
        Map.entry("log.cleaner.io.buffer.size", String.valueOf(256 << 10)),
        Map.entry("log.index.size.max.bytes", String.valueOf(2 << 20)),
        // What is given up when space is short has to be free soon.
        Map.entry("log.retention.check.interval.ms", "5000"),
        Map.entry("log.segment.delete.delay.ms", "1000"));
  }

  private static boolean isBindFailure(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof BindException
          || (t.getMessage() != null && t.getMessage().contains("Address already in use"))) {
        return true;
      }
    }
    return false;
  }

  private static void stopFailed(KafkaRaftServer server, Throwable failure) {
    try {
      server.shutdown();
      server.awaitShutdown();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static LeatException failed(String why, Throwable cause) {
    return new LeatException(
        ErrorCode.LOG_UNAVAILABLE, "The embedded Kafka broker did not start: " + why, cause);
  }
}
