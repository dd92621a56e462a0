package io.leat.bench;

import io.leat.app.engine.Durability;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The whole platform with detectors in a process of its own, and who sees its incidents. */
final class AlertingServer implements AutoCloseable {
  /** Longer than from an incident's opening to its commit, as a rule. */
  private static final Duration LOOK_BACK = Duration.ofSeconds(10);

  /** One look in so many is for those that were late. */
  private static final int LOOKS = 100;

  private static final Duration LOOK_FAR_BACK = Duration.ofMinutes(5);

  private static final String KEY = "key=";

  private final Options options;
  private final String detectors;
  private final Map<String, Long> seen = new HashMap<>();
  private @Nullable ChildProcess process;
  private @Nullable Connection state;
  private @Nullable PreparedStatement newest;
  private String[] said = {};
  private long looks;

  /**
   * @param detectors what the blueprint has besides its stream
   */
  AlertingServer(Options options, String detectors) {
    this.options = options;
    this.detectors = detectors;
  }

  /** Starts it, unless it runs. */
  void start() throws IOException, SQLException {
    if (process != null) {
      return;
    }
    Path directory = options.directory().resolve("alerting-" + detectors);
    ChildProcess started =
        ChildProcess.start(
            PlatformServer.class,
            options.serverHeap(),
            List.of(
                directory.toString(),
                String.valueOf(options.commitInterval().toMillis()),
                Durability.DISK.name(),
                detectors));
    process = started;
    said = started.message().split(" ", -1);
    Connection connected = state(directory.resolve("data"));
    state = connected;
    newest =
        connected.prepareStatement(
            "select group_key from incident where opened_at > clock_timestamp() - ? * interval '1"
                + " second'");
  }

  /** Its PostgreSQL: an incident that can be read there is committed. */
  private static Connection state(Path data) throws IOException, SQLException {
    Properties ports = new Properties();
    try (Reader reader = Files.newBufferedReader(data.resolve("ports.properties"))) {
      ports.load(reader);
    }
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/leat",
        "leat",
        Files.readString(data.resolve("postgres.password")).strip());
  }

  URI base() {
    return URI.create(said[0]);
  }

  /** The administrator's. */
  String key() {
    return said[1];
  }

  /** Processor time so far. */
  Duration cpu() {
    return Objects.requireNonNull(process).cpu();
  }

  /** Notes the incidents that are new. */
  void look() throws SQLException {
    PreparedStatement statement = Objects.requireNonNull(newest);
    statement.setLong(1, (++looks % LOOKS == 0 ? LOOK_FAR_BACK : LOOK_BACK).toSeconds());
    try (ResultSet rows = statement.executeQuery()) {
      long now = System.currentTimeMillis();
      while (rows.next()) {
        String group = rows.getString(1);
        seen.putIfAbsent(group.substring(group.indexOf(KEY) + KEY.length()), now);
      }
    }
  }

  /** By device, when its incident was seen first, in milliseconds since 1970. */
  Map<String, Long> seen() {
    return seen;
  }

  @Override
  public void close() throws IOException, SQLException {
    if (state != null) {
      state.close();
    }
    if (process != null) {
      process.close();
    }
  }
}
