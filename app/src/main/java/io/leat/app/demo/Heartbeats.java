package io.leat.app.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sends the heartbeats of machines, and what else a machine in trouble says, on a thread of its own
 * that waits for nothing else. Thread-safe.
 */
final class Heartbeats implements AutoCloseable {
  static final Duration EACH = Duration.ofSeconds(1);

  private final RecordSender sender;
  private final Ledger ledger;
  private final InstantSource clock;
  private final String run;
  private final List<Machine> fleet;
  private final int turns;
  private final Map<String, String> troubled = new ConcurrentHashMap<>();
  private final Queue<DemoRecord> said = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::beat, "leat-demo-heartbeats");
  private volatile boolean closed;
  private volatile @Nullable RuntimeException failure;
  private long events;

  /**
   * @param ledger takes what is sent
   * @param run part of every event id
   * @param fleet machines that are well
   * @param turns each of them sends in one of so many seconds; those in trouble send in each
   */
  Heartbeats(
      RecordSender sender,
      Ledger ledger,
      InstantSource clock,
      String run,
      List<Machine> fleet,
      int turns) {
    this.sender = sender;
    this.ledger = ledger;
    this.clock = clock;
    this.run = run;
    this.fleet = List.copyOf(fleet);
    this.turns = turns;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * From now on a machine sends heartbeats with this firmware; none for null.
   *
   * @throws RuntimeException what made the sending fail
   */
  void beat(String machine, @Nullable String firmware) {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    if (firmware == null) {
      troubled.remove(machine);
    } else {
      troubled.put(machine, firmware);
    }
  }

  /** To be sent within a second. */
  void say(List<DemoRecord> records) {
    said.addAll(records);
  }

  private void beat() {
    try {
      long next = System.nanoTime();
      for (int turn = 0; !closed; turn = (turn + 1) % turns) {
        List<DemoRecord> records = turn(turn);
        records.forEach(ledger::add);
        sender.send(records);
        next = Math.max(next + EACH.toNanos(), System.nanoTime());
        Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())).toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private List<DemoRecord> turn(int turn) {
    Instant now = clock.instant();
    List<DemoRecord> records = new ArrayList<>();
    for (DemoRecord one = said.poll(); one != null; one = said.poll()) {
      records.add(one);
    }
    troubled.forEach((machine, firmware) -> records.add(heartbeat(machine, firmware, now)));
    for (int i = turn; i < fleet.size(); i += turns) {
      Machine machine = fleet.get(i);
      records.add(heartbeat(machine.id, machine.firmware, now));
    }
    return records;
  }

  private DemoRecord heartbeat(String machine, String firmware, Instant now) {
    String line =
        new JsonLine()
            .text("event_id", machine + "-" + run + "-beat-" + events++)
            .text("device_id", machine)
            .text("ts", FleetMessages.text(now))
            .text("firmware", firmware)
            .number("uptime_s", 3_600)
            .raw("network", "{\"type\":\"cellular\",\"rssi_dbm\":-71}")
            .text();
    return new DemoRecord(
        "heartbeat", machine, line.getBytes(StandardCharsets.UTF_8), Fate.PROCESSED);
  }

  /** Returns when all that was sent is answered. */
  @Override
  public void close() {
    closed = true;
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
