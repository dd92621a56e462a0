package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;

/**
 * Many senders of telemetry who know nothing of each other: so many requests a second come in,
 * whether the ones before are answered or not. Knows what was acknowledged, and what was answered
 * otherwise than promised.
 */
final class TestingSpike implements AutoCloseable {
  /** Events of a request, some 75 kB that do not compress. */
  private static final int BATCH = 50;

  private static final int NOISE = 1_000;

  /** Every request is answered within five seconds; as much again for a machine that is busy. */
  private static final Duration ANSWERED = Duration.ofSeconds(10);

  private final TestingClient client;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
  private final Random random = new Random(17);
  private final Phaser open = new Phaser(1);
  private final Map<Integer, Integer> answers = new ConcurrentHashMap<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> surprises = new ConcurrentLinkedQueue<>();
  private int sent;

  TestingSpike(TestingClient client) {
    this.client = client;
  }

  /** Sends at this pace; does not wait for the last answers. */
  void send(int requestsPerSecond, Duration time) throws InterruptedException {
    long begin = System.nanoTime();
    long requests = requestsPerSecond * time.toSeconds();
    for (long i = 0; i < requests; i++) {
      long due = begin + i * 1_000_000_000 / requestsPerSecond;
      long wait = due - System.nanoTime();
      if (wait > 0) {
        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
      }
      send();
    }
  }

  private void send() {
    List<String> ids = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    byte[] noise = new byte[NOISE];
    for (int i = 0; i < BATCH; i++) {
      String id = "spike-" + sent++;
      ids.add(id);
      random.nextBytes(noise);
      body.append(
          "{\"event_id\":\"%s\",\"device_id\":\"d%d\",\"ts\":\"%s\",\"noise\":\"%s\"}\n"
              .formatted(id, sent % 50, Instant.now(), Base64.getEncoder().encodeToString(noise)));
    }
    HttpRequest request =
        client
            .request("/v1/events/devices.telemetry")
            .timeout(ANSWERED)
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toString().getBytes(UTF_8)))
            .build();
    open.register();
    // What becomes of it is noted, whatever it is.
    CompletableFuture<HttpResponse<String>> unused =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
            .whenComplete(
                (answer, failure) -> {
                  try {
                    if (failure != null) {
                      surprises.add(failure.toString());
                    } else {
                      note(ids, answer);
                    }
                  } catch (IOException | RuntimeException e) {
                    surprises.add(e.toString());
                  } finally {
                    open.arriveAndDeregister();
                  }
                });
  }

  private void note(List<String> ids, HttpResponse<String> answer) throws IOException {
    int status = answer.statusCode();
    answers.merge(status, 1, Integer::sum);
    boolean isRefused = status == 503 && answer.headers().firstValue("Retry-After").isPresent();
    boolean isPromised = status == 202 || status == 207 || isRefused;
    for (JsonNode result : TestingClient.JSON.readTree(answer.body()).path("results")) {
      int own = result.path("status").asInt();
      if (own == 202) {
        acknowledged.add(ids.get(result.path("index").asInt()));
      }
      isPromised &= own == 202 || own == 503;
    }
    if (!isPromised) {
      surprises.add(status + " " + answer.headers().map() + " " + answer.body());
    }
  }

  /** Sends now and then, until everything of a request is accepted. */
  void awaitAcceptance(Duration within) throws InterruptedException {
    Until.holds(
        within,
        () -> {
          int before = count(202);
          send();
          awaitAnswers();
          return count(202) > before;
        },
        "nothing is accepted");
  }

  /** Waits until every request has its answer, or has waited too long for it. */
  void awaitAnswers() {
    open.arriveAndAwaitAdvance();
  }

  /** How often each status was answered. */
  Map<Integer, Integer> answers() {
    return Map.copyOf(answers);
  }

  /** Requests that were not accepted as a whole. */
  int refused() {
    return count(207) + count(503);
  }

  private int count(int status) {
    return answers.getOrDefault(status, 0);
  }

  Set<String> acknowledged() {
    return acknowledged;
  }

  /** What came in the place of an answer, and answers that are not promised. */
  List<String> surprises() {
    return List.copyOf(surprises);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
