package io.leat.acceptance;

import io.leat.app.client.BatchFormat;
import io.leat.app.client.BatchOutcome;
import io.leat.app.client.EventSender;
import io.leat.app.client.LeatClient;
import io.leat.app.client.Pause;
import io.leat.app.client.RecordResult;
import io.leat.app.client.RetryPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends telemetry without a pause, a batch after the other, and sends again under the same ids what
 * was not acknowledged, whatever happens to the server. Knows which ids were acknowledged.
 */
final class TestingFeeder implements AutoCloseable {
  private static final int BATCH = 40;
  private static final Duration BETWEEN = Duration.ofMillis(20);

  private final String run;
  private final EventSender sender;
  private final Thread thread;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> refusals = new ConcurrentLinkedQueue<>();
  private final AtomicLong sentAgain = new AtomicLong();
  private volatile boolean ending;

  TestingFeeder(TestingClient client, String run) {
    this.run = run;
    RetryPolicy patient =
        new RetryPolicy(
            10_000, Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofSeconds(10));
    this.sender =
        new EventSender(new LeatClient(client.base(), client.key()), patient, Pause.sleeping());
    this.thread = new Thread(this::feed, "test-feeder-" + run);
    this.thread.start();
  }

  private void feed() {
    try {
      for (int batch = 0; !ending; batch++) {
        List<String> ids = new ArrayList<>();
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          String id = run + "-" + batch + "-" + i;
          ids.add(id);
          lines.add(event(id, i).getBytes(StandardCharsets.UTF_8));
        }
        BatchOutcome outcome =
            sender.send("devices.telemetry", BatchFormat.NDJSON, lines, run + "-" + batch);
        sentAgain.addAndGet(outcome.acknowledgedAgain() + outcome.unknown());
        for (RecordResult result : outcome.results()) {
          if (result.isAccepted()) {
            acknowledged.add(ids.get(result.index()));
          } else {
            refusals.add(result.toString());
          }
        }
        Thread.sleep(BETWEEN.toMillis());
      }
    } catch (IOException | RuntimeException e) {
      refusals.add(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String event(String id, int i) {
    return "{\"event_id\":\"%s\",\"device_id\":\"feeder-%d\",\"ts\":\"%s\",\"temperature_c\":%d.5}"
        .formatted(id, i % 7, Instant.now(), 20 + i % 10);
  }

  Set<String> acknowledged() {
    return acknowledged;
  }

  /** What was not acknowledged after all attempts. */
  List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** Records that the log may hold twice. */
  long sentAgain() {
    return sentAgain.get();
  }

  /** Waits until this many more are acknowledged. */
  void awaitMore(int events, Duration within) throws InterruptedException {
    int target = acknowledged.size() + events;
    Until.fits(within, acknowledged::size, n -> n >= target, () -> "no " + events + " more events");
  }

  /** Ends at once; the batch that is on its way is not sent again. */
  void giveUp() {
    ending = true;
    thread.interrupt();
    end();
  }

  /** Ends after the batch that is on its way. */
  @Override
  public void close() {
    end();
  }

  /** As {@link #close}, in the middle of a test. */
  void end() {
    ending = true;
    try {
      thread.join(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
