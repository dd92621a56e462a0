package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.leat.app.client.BatchFormat;
import io.leat.app.client.BatchOutcome;
import io.leat.app.client.EventSender;
import io.leat.app.client.LeatClient;
import io.leat.app.client.Pause;
import io.leat.app.client.RecordResult;
import io.leat.app.client.RetryPolicy;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Telemetry of some machines, each with a counter, sent without a pause and again under the same
 * ids until it is answered, whatever happens to the server. A share is to be quarantined, a share
 * to be refused, a share was sent before: what has to become of each record is known.
 */
final class TestingLoad implements AutoCloseable {
  static final int MACHINES = 7;
  private static final int BATCH = 40;
  private static final Duration BETWEEN = Duration.ofMillis(25);

  /** What a record is meant to become. */
  enum Fate {
    CLEAN,
    QUARANTINED,
    REFUSED
  }

  private record Sent(Fate fate, int machine, int number, byte[] line) {}

  private final Random random;
  private final TestingClient client;
  private final EventSender sender;
  private final Thread thread;
  private final Map<Fate, int[]> next = new EnumMap<>(Fate.class);
  private final Map<Fate, List<BitSet>> answered = new EnumMap<>(Fate.class);
  private final ConcurrentLinkedQueue<String> surprises = new ConcurrentLinkedQueue<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final List<Sent> earlier = new ArrayList<>();
  private volatile boolean ending;

  /**
   * @param seed of what is sent
   */
  TestingLoad(TestingClient client, long seed) {
    this.client = client;
    this.random = new Random(seed);
    for (Fate fate : Fate.values()) {
      next.put(fate, new int[MACHINES]);
      answered.put(fate, Stream.generate(BitSet::new).limit(MACHINES).toList());
    }
    RetryPolicy patient =
        new RetryPolicy(
            100_000, Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofSeconds(10));
    sender =
        new EventSender(new LeatClient(client.base(), client.key()), patient, Pause.sleeping());
    thread = new Thread(this::send, "test-load");
    thread.start();
  }

  /** The id of a record. */
  static String id(Fate fate, int machine, int number) {
    return fate.name().charAt(0) + "-" + machine + "-" + number;
  }

  static String machine(int machine) {
    return "machine-" + machine;
  }

  private void send() {
    try {
      for (int batch = 0; !ending; batch++) {
        List<Sent> records = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          records.add(record());
        }
        BatchOutcome outcome =
            sender.send(
                "devices.telemetry",
                BatchFormat.NDJSON,
                records.stream().map(Sent::line).toList(),
                "batch-" + batch);
        outcome.results().forEach(result -> note(records.get(result.index()), result));
        records.stream()
            .filter(sent -> sent.fate == Fate.CLEAN)
            .findFirst()
            .ifPresent(earlier::add);
        if (earlier.size() > 50) {
          earlier.remove(0);
        }
        Thread.sleep(BETWEEN.toMillis());
      }
    } catch (IOException | RuntimeException e) {
      surprises.add(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Sent record() {
    int dice = random.nextInt(100);
    if (dice < 4 && !earlier.isEmpty()) {
      return earlier.get(random.nextInt(earlier.size()));
    }
    Fate fate = dice < 8 ? Fate.QUARANTINED : dice < 12 ? Fate.REFUSED : Fate.CLEAN;
    int machine = random.nextInt(MACHINES);
    int number = counters(fate)[machine]++;
    return new Sent(fate, machine, number, line(fate, machine, number));
  }

  /** A temperature that a rule does not believe is quarantined; a text for a number is refused. */
  private byte[] line(Fate fate, int machine, int number) {
    String temperature =
        switch (fate) {
          case CLEAN -> String.valueOf(20 + random.nextInt(10));
          case QUARANTINED -> "500";
          case REFUSED -> "\"warm\"";
        };
    return "{\"event_id\":\"%s\",\"device_id\":\"%s\",\"ts\":\"%s\",\"seq\":%d,\"temperature_c\":%s}"
        .formatted(id(fate, machine, number), machine(machine), Instant.now(), number, temperature)
        .getBytes(UTF_8);
  }

  private void note(Sent sent, RecordResult result) {
    if (result.isAccepted() != (sent.fate != Fate.REFUSED)
        || (sent.fate == Fate.REFUSED && result.status() != 422)) {
      surprises.add(new String(sent.line, UTF_8) + " was answered " + result);
      return;
    }
    BitSet of = numbers(sent.fate, sent.machine);
    synchronized (of) {
      of.set(sent.number);
    }
    if (result.isAccepted()) {
      acknowledged.incrementAndGet();
    }
  }

  /** A request whose client is gone in its middle: nothing of it counts as sent. */
  void cutRequest() throws IOException {
    String line =
        "{\"event_id\":\"cut-%d\",\"device_id\":\"machine-cut\",\"ts\":\"%s\",\"temperature_c\":1}\n"
            .formatted(System.nanoTime(), Instant.now());
    String head =
        """
        POST /v1/events/devices.telemetry HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/x-ndjson\r
        Content-Length: %d\r
        \r
        """
            .formatted(client.key(), 2 * line.length() + 1);
    try (Socket socket = new Socket(client.base().getHost(), client.base().getPort())) {
      socket.getOutputStream().write((head + line).getBytes(UTF_8));
      socket.getOutputStream().flush();
    }
  }

  /** Numbers of a machine's records that were answered as they are meant to be. */
  BitSet answered(Fate fate, int machine) {
    BitSet of = numbers(fate, machine);
    synchronized (of) {
      return (BitSet) of.clone();
    }
  }

  /** How many numbers of a machine were used, whether answered or not. After {@link #end}. */
  int sent(Fate fate, int machine) {
    return counters(fate)[machine];
  }

  private int[] counters(Fate fate) {
    return requireNonNull(next.get(fate));
  }

  private BitSet numbers(Fate fate, int machine) {
    return requireNonNull(answered.get(fate)).get(machine);
  }

  /** Acknowledged records, those that were sent before included. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** Answers that a record was not meant to get. */
  List<String> surprises() {
    return List.copyOf(surprises);
  }

  /** Waits until this many more are acknowledged. */
  void awaitMore(int records, Duration within) throws InterruptedException {
    long target = acknowledged.get() + records;
    Until.fits(
        within, acknowledged::get, n -> n >= target, () -> "no " + records + " more records");
  }

  /** Ends after the batch that is on its way. */
  void end() throws InterruptedException {
    ending = true;
    thread.join(120_000);
    if (thread.isAlive()) {
      throw new AssertionError("the last batch was never answered");
    }
  }

  @Override
  public void close() {
    ending = true;
    thread.interrupt();
  }
}
