package io.leat.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.engine.Durability;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * 04, 05 and 06: HTTP batches from another process, to committed tables or to the log alone; 06
 * holds the two durabilities against each other.
 */
final class HttpScenario implements Scenario {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration IDLE = Duration.ofSeconds(3);
  private static final String STREAM = "bench." + BenchBlueprint.STREAM;

  /** Where the clock stops. */
  enum Until {
    /** All are in the processed table: the whole platform runs. */
    COMMITTED,
    /** All are acknowledged: only the gateway works. */
    ACKNOWLEDGED
  }

  /**
   * What comes in.
   *
   * @param connections at once, each with one request at a time
   * @param batch events of a request
   * @param events of a run
   */
  record Load(int connections, int batch, long events) {}

  private final Options options;
  private final String id;
  private final String title;
  private final Until until;
  private final Durability durability;
  private final Load sent;
  private @Nullable ChildProcess server;
  private @Nullable ChildProcess load;
  private @Nullable LeatClient client;
  private @Nullable ConsumerProgress log;
  private long expected;
  private long loggedBefore;
  private long seed;

  private HttpScenario(
      Options options, String id, String title, Until until, Durability durability, Load sent) {
    this.options = options;
    this.id = id;
    this.title = title;
    this.until = until;
    this.durability = durability;
    this.sent = sent;
  }

  /** 04: the whole platform, as it is by default. */
  static HttpScenario whole(Options options) {
    return new HttpScenario(
        options,
        "04",
        "HTTP batches to committed tables: the whole platform",
        Until.COMMITTED,
        Durability.DISK,
        new Load(options.connections(), options.batch(), options.events()));
  }

  /** 05: no job reads what is logged. */
  static HttpScenario gateway(Options options) {
    return new HttpScenario(
        options,
        "05",
        "Gateway alone: HTTP batches to the log",
        Until.ACKNOWLEDGED,
        Durability.DISK,
        new Load(options.connections(), options.batch(), options.events()));
  }

  /** A part of 06: the gateway alone under a load, with a durability. */
  static HttpScenario durable(Options options, Durability durability, Load sent) {
    String title =
        "durability %s: %d connections, %s"
            .formatted(
                durability.name().toLowerCase(Locale.ROOT),
                sent.connections(),
                sent.batch() == 1 ? "an event a request" : "batches of " + sent.batch());
    return new HttpScenario(options, "06", title, Until.ACKNOWLEDGED, durability, sent);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public void prepare() throws Exception {
    Path directory =
        options.directory().resolve("server-" + id + "-" + durability + "-" + sent.connections());
    ChildProcess started =
        ChildProcess.start(
            until == Until.COMMITTED ? PlatformServer.class : GatewayServer.class,
            options.serverHeap(),
            List.of(
                directory.toString(),
                String.valueOf(options.commitInterval().toMillis()),
                durability.name()));
    server = started;
    String[] address = started.message().split(" ", -1);
    client = new LeatClient(URI.create(address[0]), address[1]);
    Properties kafka = new Properties();
    kafka.put("bootstrap.servers", address[2]);
    log = new ConsumerProgress(kafka, "none", STREAM);
    load =
        ChildProcess.start(
            LoadGenerator.class,
            "256m",
            List.of(
                address[0],
                STREAM,
                address[1],
                String.valueOf(sent.connections()),
                String.valueOf(sent.batch())));
  }

  @Override
  public Measurement measure(String run) throws Exception {
    ChildProcess sender = Objects.requireNonNull(load);
    ChildProcess served = Objects.requireNonNull(server);
    sender.send(++seed + " " + sent.events());
    sender.message(); // ready
    double idle = idleCores(served);

    Duration cpu = served.cpu();
    long begin = System.nanoTime();
    sender.send("go");
    String[] done = sender.message().split(" ", -1);
    Duration acknowledged = Duration.ofNanos(System.nanoTime() - begin);
    expected += sent.events();
    if (until == Until.COMMITTED) {
      Waiting.until(
          "the processed table holds the events",
          Options.PATIENCE,
          LOOK,
          () -> rows("bench_processed") >= expected);
    }
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    Duration used = served.cpu().minus(cpu);
    Duration net = used.minus(Duration.ofNanos((long) (idle * wall.toNanos())));
    check(Long.parseLong(done[1]), Long.parseLong(done[2]));
    return new Measurement(sent.events(), wall, net, latency(done), note(acknowledged, done, idle));
  }

  private static Measurement.Latency latency(String[] done) {
    return new Measurement.Latency(
        Long.parseLong(done[3]) / 1_000.0, Long.parseLong(done[4]) / 1_000.0);
  }

  private static String note(Duration acknowledged, String[] done, double idle) {
    return "acknowledged in "
        + acknowledged.toMillis()
        + " ms, sent again "
        + done[2]
        + ", idle "
        + Math.round(idle * 1_000) / 10.0
        + " % of a core";
  }

  /** The log may hold more than was acknowledged only when something was sent again. */
  private void check(long accepted, long sentAgain) throws Exception {
    LostRowsException.check("What was acknowledged", sent.events(), accepted);
    long logged = Objects.requireNonNull(log).logged();
    long added = logged - loggedBefore;
    loggedBefore = logged;
    if (sentAgain == 0 || added < sent.events()) {
      LostRowsException.check("What was added to the log", sent.events(), added);
    }
    if (until == Until.COMMITTED) {
      LostRowsException.check("The processed table", expected, rows("bench_processed"));
      LostRowsException.check("The raw table", logged, rows("bench_raw"));
    }
  }

  private long rows(String namespace) {
    JsonNode status = Objects.requireNonNull(client).get("/v1/status");
    for (JsonNode table : status.path("tables")) {
      if (table.path("name").asText().equals(namespace + "." + BenchBlueprint.STREAM)) {
        return table.path("rows").asLong();
      }
    }
    throw new IllegalStateException("no table " + namespace + "." + BenchBlueprint.STREAM);
  }

  /** What the server takes when nothing happens, in cores. */
  private static double idleCores(ChildProcess server) throws InterruptedException {
    Duration before = server.cpu();
    TimeUnit.MILLISECONDS.sleep(IDLE.toMillis());
    return (double) server.cpu().minus(before).toNanos() / IDLE.toNanos();
  }

  @Override
  public void close() throws Exception {
    if (load != null) {
      load.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
