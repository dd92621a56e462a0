package io.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.event.ErrorCode;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.TestingBroker;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More comes in than can go out. */
class OverloadTest {
  private static final String NDJSON = "application/x-ndjson";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long MOST_WORKING = 8L << 20;

  private static TestingBroker broker;
  private static TestingGateway gateway;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = new TestingBroker(directory);
    broker.create("devices.telemetry", 4);
    broker.create("devices.rejected", 1);
    GatewaySettings d = GatewaySettings.defaults();
    gateway =
        new TestingGateway(
            broker.client(),
            new GatewaySettings(
                d.body(),
                d.record(),
                d.maxRecords(),
                d.maxRecordBytes(),
                d.maxErrors(),
                d.answerWithin(),
                2,
                d.maxWaitingRequests(),
                MOST_WORKING,
                d.rejections()));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    broker.close();
  }

  @Test
  void whileTheLogIsFullEveryRequestIsRefusedUnreadAndAfterwardsTaken() throws Exception {
    gateway.full = Refusal.of(ErrorCode.LOG_FULL, "The log is full. Send again later.");
    try {
      for (String body : List.of("{\"device\":\"a\"}", "not JSON", large())) {
        HttpResponse<String> answer = gateway.post("sender", "application/json", body);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        JsonNode problem = MAPPER.readTree(answer.body());
        assertThat(problem.path("code").asText()).isEqualTo("log-full");
        assertThat(problem.path("detail").asText()).isEqualTo("The log is full. Send again later.");
      }
      assertThat(gateway.post("reader", "application/json", "{\"device\":\"a\"}").statusCode())
          .as("who may not send is not told")
          .isEqualTo(403);
      assertThat(
              gateway
                  .registry
                  .get("leat.events.rejected")
                  .tag("code", "log-full")
                  .counter()
                  .count())
          .isEqualTo(3);
    } finally {
      gateway.full = null;
    }

    assertThat(gateway.post("sender", "application/json", "{\"device\":\"a\"}").statusCode())
        .isEqualTo(202);
  }

  private static String large() {
    return "{\"device\":\"" + "x".repeat(4_000_000) + "\"}";
  }

  /**
   * While the log does not move, some 150 MB come in from 40 connections: ten times what may be in
   * work. What is held stays within its bounds, everybody is answered, and when the log moves again
   * so do the clients.
   */
  @Test
  void aSpikeIsRefusedRatherThanHeldInMemory() throws Exception {
    assertThat(gateway.post("sender", NDJSON, batch("first", 0)).statusCode()).isEqualTo(202);
    Watch watch = new Watch();
    List<HttpResponse<String>> answers = new ArrayList<>();
    broker.stop();
    ExecutorService senders = Executors.newFixedThreadPool(40);
    try {
      watch.start();
      List<Future<List<HttpResponse<String>>>> spike = new ArrayList<>();
      for (int sender = 0; sender < 40; sender++) {
        String name = "s" + sender;
        spike.add(
            senders.submit(
                () -> {
                  List<HttpResponse<String>> own = new ArrayList<>();
                  for (int i = 0; i < 4; i++) {
                    own.add(gateway.post("sender", NDJSON, batch(name, i)));
                  }
                  return own;
                }));
      }
      for (Future<List<HttpResponse<String>>> one : spike) {
        answers.addAll(one.get());
      }
    } finally {
      senders.shutdownNow();
      watch.end();
      broker.start();
    }

    assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(503);
    assertThat(answers)
        .allSatisfy(a -> assertThat(a.headers().firstValue("Retry-After")).contains("1"));
    Set<String> codes = new HashSet<>();
    answers.forEach(answer -> codes.add(answer.body().contains("overloaded") ? "bound" : "log"));
    assertThat(codes).as("some were refused at the bound, some by the log").hasSize(2);
    assertThat(watch.working).as("bytes in work").isBetween(1.0, (double) MOST_WORKING);
    assertThat(watch.unacknowledged).as("share of unacknowledged bytes").isBetween(0.001, 1.0);
    HttpResponse<String> after = gateway.post("sender", NDJSON, batch("after", 0));
    for (int i = 0; i < 20 && after.statusCode() != 202; i++) {
      Thread.sleep(500);
      after = gateway.post("sender", NDJSON, batch("after", i));
    }
    assertThat(after.statusCode()).as(after::body).isEqualTo(202);
    assertThat(gauge("leat.gateway.working.fill")).isZero();
  }

  /** About a megabyte. */
  private static String batch(String sender, int number) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      body.append("{\"device\":\"")
          .append(sender)
          .append("\",\"event\":\"")
          .append(sender)
          .append('-')
          .append(number)
          .append('-')
          .append(ThreadLocalRandom.current().nextLong())
          .append("\",\"tags\":[\"")
          .append("t".repeat(9_500))
          .append("\"]}\n");
    }
    return body.toString();
  }

  private static double gauge(String name) {
    return gateway.registry.get(name).gauge().value();
  }

  /** Notes the most that was ever held, every millisecond. */
  private static final class Watch {
    private final Thread thread = new Thread(this::run, "test-watch");
    private volatile double working;
    private volatile double unacknowledged;

    void start() {
      thread.start();
    }

    private void run() {
      while (!thread.isInterrupted()) {
        working = Math.max(working, gauge("leat.gateway.working.fill") * MOST_WORKING);
        unacknowledged = Math.max(unacknowledged, gauge("leat.publish.unacknowledged.fill"));
        try {
          Thread.sleep(1);
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    void end() throws InterruptedException {
      thread.interrupt();
      thread.join();
    }
  }
}
