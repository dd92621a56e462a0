package io.leat.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.client.TestingLeat;
import io.leat.app.terminal.TestingTerminal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DemoTest {
  @Test
  void everyNumberMatchesAndTheJsonHasItsKeys() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      DemoReport report = demo(leat);
      JsonNode json = report.json();
      List<String> keys = new ArrayList<>();
      json.fieldNames().forEachRemaining(keys::add);
      assertThat(keys)
          .containsExactly(
              "accepted",
              "logged",
              "raw",
              "processed",
              "duplicates",
              "quarantined",
              "rejected",
              "freshness",
              "answers",
              "expected",
              "ok");
      assertThat(json.path("ok").asBoolean()).isTrue();
      assertThat(json.path("raw").asLong()).isEqualTo(json.path("accepted").asLong());
      assertThat(json.path("answers")).hasSize(3);
    }
  }

  @Test
  void itsClientIsRevokedAtAnInterruptionToo() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      Demo demo = prepared(leat, 45);
      FutureTask<DemoReport> report = new FutureTask<>(demo::run);
      new Thread(report, "demo").start();
      while (leat.bodies.isEmpty()) {
        Thread.sleep(5);
      }
      assertThat(leat.clients).containsExactly("c1");
      demo.close();
      assertThat(leat.clients).isEmpty();
      assertThat(report.get(60, TimeUnit.SECONDS).isOk()).isTrue();
    }
  }

  @Test
  void aRetriedBatchIsNoMismatch() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      leat.refuse(503, 503);
      assertThat(demo(leat).isOk()).isTrue();
    }
  }

  @Test
  void aLostRowIsAMismatch() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      leat.losesARow = true;
      DemoReport report = demo(leat, 3);
      assertThat(report.isOk()).isFalse();
      TestingTerminal terminal = TestingTerminal.pipe();
      report.print(terminal.terminal());
      assertThat(terminal.out()).contains("MISMATCH").contains("numbers differ from the truth.");
    }
  }

  private static DemoReport demo(TestingLeat leat) throws Exception {
    return demo(leat, 45);
  }

  private static DemoReport demo(TestingLeat leat, int standstillSeconds) throws Exception {
    try (Demo demo = prepared(leat, standstillSeconds)) {
      return demo.run();
    }
  }

  private static Demo prepared(TestingLeat leat, int standstillSeconds) {
    return new Demo(
        new LeatClient(leat.uri(), "k"),
        () -> new Freshness(600, 1_100),
        new Demo.Settings(
            "devices", TestingLeat.blueprint(), Duration.ofSeconds(2), 1_500, 42, 40, null),
        InstantSource.system(),
        TestingTerminal.pipe().terminal(),
        true,
        Duration.ofSeconds(standstillSeconds));
  }
}
