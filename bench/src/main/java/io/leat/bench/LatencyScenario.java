package io.leat.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.engine.Durability;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * 09: how long it takes from sending an event to the incident that it makes being there for whoever
 * asks, that is committed, while {@value #PER_SECOND} events a second come in, through the whole
 * platform in one process.
 */
final class LatencyScenario implements Scenario {
  private static final int PER_SECOND = 5_000;
  private static final int CONNECTIONS = 4;

  /** Until the compiler is done and the detect job has begun. */
  private static final long WARM_UP_SECONDS = 60;

  private static final long MOST_SECONDS = 30;
  private static final Duration LOOK = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** More than there are incidents between two looks, as a rule. */
  private static final int PAGE = 10;

  private final Options options;
  private final AlertingLoad.Kind kind;
  private @Nullable ChildProcess server;
  private @Nullable LeatClient client;
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
    ChildProcess started =
        ChildProcess.start(
            PlatformServer.class,
            options.serverHeap(),
            List.of(
                options.directory().resolve(Path.of("latency-" + kind)).toString(),
                String.valueOf(options.commitInterval().toMillis()),
                Durability.DISK.name(),
                BenchBlueprint.WITH_DETECTORS));
    server = started;
    String[] said = started.message().split(" ", -1);
    address = said;
    client = new LeatClient(URI.create(said[0]), said[1]);
    post("warm-up", Math.min(WARM_UP_SECONDS, seconds() * 2));
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

  /** Notes when each incident is seen first, until it is enough. */
  private void look(BooleanSupplier isEnough, Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!isEnough.getAsBoolean() && System.nanoTime() < deadline) {
      String after = "";
      while (after != null) {
        after = look(after);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
    }
  }

  /** Returns behind which incident to look on; null when the older ones are known. */
  private @Nullable String look(String after) {
    JsonNode page =
        Objects.requireNonNull(client)
            .get("/v1/incidents?limit=" + PAGE + (after.isEmpty() ? "" : "&after=" + after));
    long now = System.currentTimeMillis();
    boolean areAllNew = true;
    for (JsonNode incident : page.path("incidents")) {
      String group = incident.path("group").asText();
      String device = group.substring(group.indexOf("key=") + "key=".length());
      areAllNew &= seen.putIfAbsent(device, now) == null;
    }
    return areAllNew && page.hasNonNull("next") ? page.path("next").asText() : null;
  }

  @Override
  public void close() throws Exception {
    if (server != null) {
      server.close();
    }
  }
}
