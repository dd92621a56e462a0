package io.leat.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Posts so many events a second, evenly, of which one in each {@value #EVERY} requests makes an
 * alert of a device of its own, at once or by falling silent. For one thread.
 */
final class AlertingLoad {
  /** From one request of a connection to the next. */
  private static final long TICK_MILLIS = 50;

  /** A connection's requests to each of its alerts. */
  private static final int EVERY = 4;

  private static final int DEVICES = 10_000;

  /** How many events of a device the rate detector lets pass. */
  private static final int FAILURES = 4;

  /** Requests between a device's first firmware and its next; a multiple of {@link #EVERY}. */
  private static final int BEFORE = 20;

  /** Of each connection in {@link Kind#SILENCE}: each sends every other second. */
  private static final int LIVING = 2_500;

  /** As {@code silence.yaml} has it. */
  static final Duration SILENT = Duration.ofSeconds(5);

  /** Others go on for so long behind the last device that falls silent. */
  static final Duration AFTERWARDS = SILENT.plusSeconds(3);

  /** What makes the alert. */
  enum Kind {
    THRESHOLD(Duration.ZERO),
    CHANGE(Duration.ZERO),
    RATE(Duration.ZERO),
    SILENCE(SILENT);

    private final Duration deadline;

    Kind(Duration deadline) {
      this.deadline = deadline;
    }

    /** From the event to when there is something to say. */
    Duration deadline() {
      return deadline;
    }
  }

  private final Kind kind;
  private final String name;
  private final String living;
  private int next;
  private final int perRequest;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final HttpConnection connection;
  private final Map<String, Long> sent;

  /**
   * @param name begins its alarming devices' names; unique
   * @param living begins the others' names; its own
   * @param perSecond events
   * @param sent takes, by device, when its alarming event was sent, milliseconds since 1970
   */
  AlertingLoad(
      URI base,
      String key,
      Kind kind,
      String name,
      String living,
      int perSecond,
      ConcurrentHashMap<String, Long> sent)
      throws IOException {
    this.kind = kind;
    this.name = name;
    this.living = living;
    this.perRequest = (int) (perSecond * TICK_MILLIS / 1_000);
    this.sent = sent;
    this.connection =
        new HttpConnection(
            base.getHost(),
            base.getPort(),
            "/v1/events/bench." + BenchBlueprint.STREAM + "?results=rejected",
            key);
  }

  /** Returns when the time is over. */
  void run(long seconds) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    long requests = seconds * 1_000 / TICK_MILLIS;
    long alarming =
        kind == Kind.SILENCE ? requests - AFTERWARDS.toMillis() / TICK_MILLIS : requests;
    try (connection) {
      for (long n = 0; n < requests; n++) {
        long due = begin + TimeUnit.MILLISECONDS.toNanos(n * TICK_MILLIS);
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        boolean isAlarming = n % EVERY == 0 && n < alarming;
        RequestBodies.Body body = body(n, isAlarming);
        if (isAlarming && (kind != Kind.CHANGE || n >= BEFORE)) {
          sent.put(alarming(kind == Kind.CHANGE ? n - BEFORE : n), System.currentTimeMillis());
        }
        HttpConnection.Answer answer = connection.post(body);
        if (!answer.body().startsWith("{\"accepted\":" + perRequest + ",\"rejected\":0,")) {
          throw new IOException("Refused: " + answer);
        }
      }
    }
  }

  private String alarming(long n) {
    return name + "-" + n;
  }

  private String other() {
    return kind == Kind.SILENCE ? living + "-" + next++ % LIVING : "dev-" + random.nextInt(DEVICES);
  }

  private RequestBodies.Body body(long n, boolean isAlarming) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(perRequest * 200);
    int alarming = !isAlarming ? 0 : kind == Kind.RATE ? FAILURES : kind == Kind.CHANGE ? 2 : 1;
    for (int i = alarming; i < perRequest; i++) {
      line(body, other(), 20, "ok", "1.4.0");
    }
    if (!isAlarming) {
      return new RequestBodies.Body(body.toByteArray(), body.size());
    }
    switch (kind) {
      case THRESHOLD -> line(body, alarming(n), 91, "ok", null);
      case SILENCE -> line(body, alarming(n), 20, "ok", "1.4.0");
      case CHANGE -> {
        line(body, alarming(n), 20, "ok", "1.4.0");
        line(
            body,
            n < BEFORE ? "dev-0" : alarming(n - BEFORE),
            20,
            "ok",
            n < BEFORE ? null : "1.5.0");
      }
      case RATE -> {
        for (int i = 0; i < FAILURES; i++) {
          line(body, alarming(n), 20, "failed", null);
        }
      }
    }
    return new RequestBodies.Body(body.toByteArray(), body.size());
  }

  private static void line(
      ByteArrayOutputStream body,
      String device,
      int temperature,
      String status,
      @Nullable String firmware) {
    String json =
        "{\"event_id\":\"%s\",\"device_id\":\"%s\",\"ts\":\"%s\",\"temperature_c\":%d,\"status\":\"%s\"%s}\n"
            .formatted(
                UUID.randomUUID(),
                device,
                Instant.now(),
                temperature,
                status,
                firmware == null ? "" : ",\"firmware\":\"" + firmware + "\"");
    body.writeBytes(json.getBytes(UTF_8));
  }
}
