package io.leat.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * 09: how long it takes from sending an event to the incident that it makes being committed, while
 * {@value #PER_SECOND} events a second come in, through the whole platform in one process. 11: the
 * same of devices that fall silent, from the moment when they have been silent for too long.
 */
final class LatencyScenario implements Scenario {
  private static final int PER_SECOND = 5_000;
  private static final int CONNECTIONS = 4;

  /** For each kind, one after the other: until the compiler has done most of its work. */
  private static final long WARM_UP_SECONDS = 45;

  private static final long MOST_SECONDS = 30;
  private static final Duration LOOK = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Options options;
  private final AlertingLoad.Kind kind;
  private final AlertingServer server;

  /**
   * @param server what all kinds are measured on, one after the other
   */
  LatencyScenario(Options options, AlertingLoad.Kind kind, AlertingServer server) {
    this.options = options;
    this.kind = kind;
    this.server = server;
  }

  @Override
  public String id() {
    return isTimed() ? "11" : "09";
  }

  private boolean isTimed() {
    return !kind.deadline().isZero();
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT,
        "from %s to a committed incident, %s, at %,d events/s",
        isTimed() ? "a deadline" : "an accepted event",
        kind.name().toLowerCase(Locale.ROOT),
        PER_SECOND);
  }

  @Override
  public void prepare() throws Exception {
    server.start();
    post("warm-up", Math.min(WARM_UP_SECONDS, seconds() * 2));
  }

  private long seconds() {
    long least = isTimed() ? AlertingLoad.AFTERWARDS.toSeconds() + 2 : 2;
    return Math.max(least, Math.min(MOST_SECONDS, options.events() / PER_SECOND));
  }

  @Override
  public Measurement measure(String run) throws Exception {
    Duration cpu = server.cpu();
    long begin = System.nanoTime();
    double[] millis = post(run, seconds());
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    Arrays.sort(millis);
    return new Measurement(
        seconds() * PER_SECOND,
        wall,
        server.cpu().minus(cpu),
        new Measurement.Latency(millis[millis.length / 2], millis[(int) (millis.length * 0.99)]),
        millis.length + " incidents");
  }

  /** Returns how long each incident took, in milliseconds. */
  private double[] post(String run, long seconds) throws Exception {
    ConcurrentHashMap<String, Long> sent = new ConcurrentHashMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      List<Future<?>> senders = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        AlertingLoad load =
            new AlertingLoad(
                server.base(),
                server.key(),
                kind,
                kind.name().toLowerCase(Locale.ROOT) + "-" + run + "-" + i,
                "living-" + i,
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
      look(() -> server.seen().keySet().containsAll(sent.keySet()), PATIENCE);
    } finally {
      threads.shutdownNow();
    }
    LostRowsException.check(
        "Incidents of " + kind,
        sent.size(),
        sent.keySet().stream().filter(server.seen()::containsKey).count());
    return sent.entrySet().stream()
        .mapToDouble(
            one ->
                Objects.requireNonNull(server.seen().get(one.getKey()))
                    - one.getValue()
                    - kind.deadline().toMillis())
        .toArray();
  }

  /** Notes when each incident is there for whoever asks, until it is enough. */
  private void look(BooleanSupplier isEnough, Duration atMost)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!isEnough.getAsBoolean() && System.nanoTime() < deadline) {
      server.look();
      TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
    }
  }

  @Override
  public void close() {}
}
