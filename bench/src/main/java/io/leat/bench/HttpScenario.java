package io.leat.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** 04 and 05: HTTP batches from another process, to committed tables or to the log alone. */
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

  private final Options options;
  private final Until until;
  private @Nullable ChildProcess server;
  private @Nullable ChildProcess load;
  private @Nullable LeatClient client;
  private @Nullable ConsumerProgress log;
  private long expected;
  private long loggedBefore;
  private long seed;

  HttpScenario(Options options, Until until) {
    this.options = options;
    this.until = until;
  }

  @Override
  public String id() {
    return until == Until.COMMITTED ? "04" : "05";
  }

  @Override
  public String title() {
    return until == Until.COMMITTED
        ? "HTTP batches to committed tables: the whole platform"
        : "Gateway alone: HTTP batches to the log";
  }

  @Override
  public void prepare() throws Exception {
    Path directory = options.directory().resolve("server-" + id());
    ChildProcess started =
        ChildProcess.start(
            until == Until.COMMITTED ? PlatformServer.class : GatewayServer.class,
            options.serverHeap(),
            List.of(directory.toString(), String.valueOf(options.commitInterval().toMillis())));
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
                String.valueOf(options.connections()),
                String.valueOf(options.batch())));
  }

  @Override
  public Measurement measure(String run) throws Exception {
    ChildProcess sender = Objects.requireNonNull(load);
    ChildProcess served = Objects.requireNonNull(server);
    sender.send(++seed + " " + options.events());
    sender.message(); // ready
    double idle = idleCores(served);

    Duration cpu = served.cpu();
    long begin = System.nanoTime();
    sender.send("go");
    String[] done = sender.message().split(" ", -1);
    Duration acknowledged = Duration.ofNanos(System.nanoTime() - begin);
    expected += options.events();
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
    return new Measurement(options.events(), wall, net, note(acknowledged, done, idle));
  }

  private static String note(Duration acknowledged, String[] done, double idle) {
    return "acknowledged in "
        + acknowledged.toMillis()
        + " ms, answers p50 "
        + Long.parseLong(done[3]) / 1_000.0
        + " ms, p99 "
        + Long.parseLong(done[4]) / 1_000.0
        + " ms, sent again "
        + done[2]
        + ", idle "
        + Math.round(idle * 1_000) / 10.0
        + " % of a core";
  }

  /** The log may hold more than was acknowledged only when something was sent again. */
  private void check(long accepted, long sentAgain) throws Exception {
    LostRowsException.check("What was acknowledged", options.events(), accepted);
    long logged = Objects.requireNonNull(log).logged();
    long added = logged - loggedBefore;
    loggedBefore = logged;
    if (sentAgain == 0 || added < options.events()) {
      LostRowsException.check("What was added to the log", options.events(), added);
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
