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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * 09: how long it takes from sending an event to the incident that it makes being committed, while
 * {@value #PER_SECOND} events a second come in, through the whole platform in one process.
 */
final class LatencyScenario implements Scenario {
  private static final int PER_SECOND = 5_000;
  private static final int CONNECTIONS = 4;

  /** Until the compiler is done and the detect job has begun. */
  private static final long WARM_UP_SECONDS = 90;

  private static final long MOST_SECONDS = 30;
  private static final Duration LOOK = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Longer than from an incident's opening to its commit. */
  private static final Duration LOOK_BACK = Duration.ofSeconds(5);

  private static final String KEY = "key=";

  private final Options options;
  private final AlertingLoad.Kind kind;
  private @Nullable ChildProcess server;
  private @Nullable Connection state;
  private String @Nullable [] address;

  /** Of all rounds: when each incident was seen first, by its device. */
  private final Map<String, Long> seen = new HashMap<>();

  LatencyScenario(Options options, AlertingLoad.Kind kind) {
    this.options = options;
    this.kind = kind;
  }

  @Override
  public String id() {
    return "09";
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT,
        "from an accepted event to a committed incident, %s, at %,d events/s",
        kind.name().toLowerCase(Locale.ROOT),
        PER_SECOND);
  }

  @Override
  public void prepare() throws Exception {
    Path directory = options.directory().resolve("latency-" + kind);
    ChildProcess started =
        ChildProcess.start(
            PlatformServer.class,
            options.serverHeap(),
            List.of(
                directory.toString(),
                String.valueOf(options.commitInterval().toMillis()),
                Durability.DISK.name(),
                BenchBlueprint.WITH_DETECTORS));
    server = started;
    String[] said = started.message().split(" ", -1);
    address = said;
    state = state(directory.resolve("data"));
    post("warm-up", Math.min(WARM_UP_SECONDS, seconds() * 3));
  }

  /** The server's PostgreSQL: an incident that can be read there is committed. */
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

  private long seconds() {
    return Math.max(2, Math.min(MOST_SECONDS, options.events() / PER_SECOND));
  }

  @Override
  public Measurement measure(String run) throws Exception {
    ChildProcess served = Objects.requireNonNull(server);
    Duration cpu = served.cpu();
    long begin = System.nanoTime();
    double[] millis = post(run, seconds());
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    Arrays.sort(millis);
    return new Measurement(
        seconds() * PER_SECOND,
        wall,
        served.cpu().minus(cpu),
        new Measurement.Latency(millis[millis.length / 2], millis[(int) (millis.length * 0.99)]),
        millis.length + " incidents");
  }

  /** Returns how long each incident took, in milliseconds. */
  private double[] post(String run, long seconds) throws Exception {
    String[] where = Objects.requireNonNull(address);
    ConcurrentHashMap<String, Long> sent = new ConcurrentHashMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      List<Future<?>> senders = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        AlertingLoad load =
            new AlertingLoad(
                URI.create(where[0]),
                where[1],
                kind,
                kind.name().toLowerCase(Locale.ROOT) + "-" + run + "-" + i,
                PER_SECOND / CONNECTIONS,
                sent);
        senders.add(
            threads.submit(
                () -> {
                  load.run(seconds);
                  return null;
                }));
      }
      look(() -> senders.stream().allMatch(Future::isDone), Duration.ofSeconds(seconds * 2));
      for (Future<?> sender : senders) {
        sender.get();
      }
      look(() -> seen.keySet().containsAll(sent.keySet()), PATIENCE);
    } finally {
      threads.shutdownNow();
    }
    LostRowsException.check(
        "Incidents of " + kind,
        sent.size(),
        sent.keySet().stream().filter(seen::containsKey).count());
    return sent.entrySet().stream()
        .mapToDouble(one -> Objects.requireNonNull(seen.get(one.getKey())) - one.getValue())
        .toArray();
  }

  /** Notes when each incident is there for whoever asks, until it is enough. */
  private void look(BooleanSupplier isEnough, Duration atMost)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    try (PreparedStatement newest =
        Objects.requireNonNull(state)
            .prepareStatement(
                "select group_key from incident where opened_at > clock_timestamp() - interval '"
                    + LOOK_BACK.toSeconds()
                    + " seconds'")) {
      while (!isEnough.getAsBoolean() && System.nanoTime() < deadline) {
        try (ResultSet rows = newest.executeQuery()) {
          long now = System.currentTimeMillis();
          while (rows.next()) {
            String group = rows.getString(1);
            seen.putIfAbsent(group.substring(group.indexOf(KEY) + KEY.length()), now);
          }
        }
        TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
      }
    }
  }

  @Override
  public void close() throws Exception {
    if (state != null) {
      state.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
