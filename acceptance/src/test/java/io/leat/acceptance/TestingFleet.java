package io.leat.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Machines that send a heartbeat each second, whatever happens to the server. What cannot be sent
 * is not sent later, as with real ones.
 */
final class TestingFleet implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final TestingClient client;
  private final int size;
  private final Thread thread = new Thread(this::beat, "test-fleet");
  private final Set<Integer> quiet = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private volatile boolean closed;

  TestingFleet(TestingClient client, int size) {
    this.client = client;
    this.size = size;
    thread.start();
  }

  static String name(int machine) {
    return "machine-" + machine;
  }

  static String heartbeat(String machine, String firmware) {
    return "{\"device_id\":\"%s\",\"ts\":\"%s\",\"firmware\":\"%s\",\"uptime_s\":60}"
        .formatted(machine, Instant.now(), firmware);
  }

  private void beat() {
    while (!closed) {
      StringBuilder batch = new StringBuilder();
      for (int i = 0; i < size; i++) {
        if (!quiet.contains(i)) {
          batch.append(heartbeat(name(i), "1.0")).append('\n');
        }
      }
      try {
        TestingClient.Answer answer =
            client.post(
                "/v1/events/devices.heartbeat",
                "application/x-ndjson",
                batch.toString().getBytes(StandardCharsets.UTF_8));
        accepted.addAndGet(answer.status() == 207 || answer.status() == 202 ? 1 : 0);
      } catch (IOException e) {
        // It is away.
      } catch (InterruptedException e) {
        return;
      }
      try {
        Thread.sleep(BETWEEN.toMillis());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** These send nothing from now on. */
  void silence(Set<Integer> machines) {
    quiet.addAll(machines);
  }

  /** These send again. */
  void wake(Set<Integer> machines) {
    quiet.removeAll(machines);
  }

  /** How many times all that are not silent were heard. */
  void awaitBeats(int more) throws InterruptedException {
    long until = accepted.get() + more;
    Until.holds(Duration.ofSeconds(60), () -> accepted.get() >= until, "the fleet is not heard");
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
