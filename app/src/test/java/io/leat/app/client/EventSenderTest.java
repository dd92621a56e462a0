package io.leat.app.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventSenderTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(4, Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofSeconds(5));

  private final List<Duration> waits = new ArrayList<>();

  @Test
  void aBatchIsSentAgainUnderTheSameKeyAfter503And429() throws IOException {
    try (TestingLeat leat = new TestingLeat()) {
      leat.refuse(503, 429);
      BatchOutcome outcome = send(leat.uri(), heartbeat("a"), heartbeat("b"));
      assertThat(outcome.attempts()).isEqualTo(3);
      assertThat(outcome.results()).allMatch(RecordResult::isAccepted).hasSize(2);
      assertThat(outcome.unknown()).isZero();
      assertThat(leat.idempotencyKeys).containsExactly("key-1", "key-1", "key-1");
      assertThat(leat.tally("raw")).isEqualTo(2);
    }
  }

  @Test
  void retryAfterIsHonouredUpToTheLongestWait() throws IOException {
    try (TestingLeat leat = new TestingLeat()) {
      leat.refuse(429);
      send(leat.uri(), heartbeat("a"));
      assertThat(waits).containsExactly(Duration.ofSeconds(5));
    }
  }

  @Test
  void attemptsAreBoundedAndTheRecordsKeepTheLastReason() throws IOException {
    try (TestingLeat leat = new TestingLeat()) {
      leat.refuse(503, 503, 503, 503, 503);
      BatchOutcome outcome = send(leat.uri(), heartbeat("a"));
      assertThat(outcome.attempts()).isEqualTo(4);
      assertThat(outcome.results().get(0).status()).isEqualTo(503);
      assertThat(outcome.results().get(0).code()).isEqualTo("rate-limited");
    }
  }

  @Test
  void eachRecordHasItsOwnResult() throws IOException {
    try (TestingLeat leat = new TestingLeat()) {
      BatchOutcome outcome = send(leat.uri(), heartbeat("a"), "{\"no\": \"key\"}");
      assertThat(outcome.results())
          .containsExactly(
              new RecordResult(0, 202, "", ""),
              new RecordResult(1, 422, "missing-key", "as missing-key says"));
    }
  }

  @Test
  void silenceIsReportedWithTheAddress() throws IOException {
    int port;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(() -> send(URI.create("http://127.0.0.1:" + port), heartbeat("a")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no answer from http://127.0.0.1:" + port + " after 4 attempts");
  }

  private BatchOutcome send(URI uri, String... records) throws IOException {
    List<byte[]> lines = new ArrayList<>();
    for (String record : records) {
      lines.add(record.getBytes(StandardCharsets.UTF_8));
    }
    return new EventSender(new LeatClient(uri, "key"), POLICY, waits::add)
        .send("devices.heartbeat", BatchFormat.NDJSON, lines, "key-1");
  }

  private static String heartbeat(String id) {
    return "{\"event_id\":\"%s\",\"device_id\":\"d1\",\"ts\":\"%s\",\"firmware\":\"1\",\"uptime_s\":1}"
        .formatted(id, java.time.Instant.now());
  }
}
