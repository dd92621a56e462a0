package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.outbound.Addresses;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.target.Heartbeat.HeartbeatSettings;
import io.leat.action.target.RemoteTargetContractTest.Fault;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeartbeatTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final Addresses addresses = new Addresses(Thread::new);
  private final SafeHttp http = new SafeHttp(vertx, addresses);
  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());

  @AfterEach
  void close() throws Exception {
    http.close();
    addresses.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Heartbeat beating(String url, String method) {
    return new Heartbeat(
        http,
        name -> name.equals("monitor") ? Optional.of("hunter2-path") : Optional.empty(),
        new HeartbeatSettings(url, method, Duration.ofMillis(20), Duration.ofSeconds(10), true),
        trouble::get,
        InstantSource.fixed(NOW),
        r -> new Thread(r, "leat-heartbeat"));
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(5);
    }
  }

  @Test
  void aMonitorHearsThatLeatIsAliveAgainAndAgain() throws Exception {
    try (TestingHttpPlace monitor = new TestingHttpPlace(0, 200);
        Heartbeat heartbeat =
            beating("http://127.0.0.1:" + monitor.port() + "/${secret:monitor}", "GET")) {
      until(() -> monitor.taken.size() >= 3);

      assertThat(monitor.asked).containsOnly("/hunter2-path");
      assertThat(heartbeat.state()).isEqualTo(new Heartbeat.State(NOW, ""));
    }
  }

  @Test
  void nothingIsToldWhileSomethingIsWrong() throws Exception {
    trouble.set(Optional.of("the job of 'devices' failed"));
    try (TestingHttpPlace monitor = new TestingHttpPlace(0, 200);
        Heartbeat heartbeat = beating("http://127.0.0.1:" + monitor.port() + "/", "POST")) {
      until(() -> heartbeat.state().problem().startsWith("the job"));
      assertThat(heartbeat.state().heardAt()).isNull();
      assertThat(monitor.asked).isEmpty();

      trouble.set(Optional.empty());
      until(() -> !monitor.taken.isEmpty());
    }
  }

  @Test
  void aMonitorThatFailsIsToldAgainWithoutSayingItsSecret() throws Exception {
    try (TestingLog log = new TestingLog();
        TestingHttpPlace monitor = new TestingHttpPlace(0, 200)) {
      monitor.next(Fault.BROKEN);
      try (Heartbeat heartbeat =
          beating("http://127.0.0.1:" + monitor.port() + "/${secret:monitor}", "GET")) {
        until(() -> heartbeat.state().heardAt() != null);
      }
      assertThat(log.lines)
          .contains(
              "io.leat.action.target.Heartbeat: The monitor was not told that Leat is alive: the"
                  + " monitor answered 500")
          .noneMatch(line -> line.contains("hunter2"));
    }
  }

  @Test
  void aSecretThatIsNotThereIsAProblem() throws Exception {
    try (Heartbeat heartbeat = beating("https://127.0.0.1/${secret:none}", "GET")) {
      until(() -> heartbeat.state().problem().startsWith("there is no secret 'none'"));
    }
  }

  @Test
  void theMethodIsGetOrPost() {
    assertThatThrownBy(() -> beating("https://127.0.0.1/", "PUT"))
        .hasMessage("the method is GET or POST, not PUT");
  }
}
