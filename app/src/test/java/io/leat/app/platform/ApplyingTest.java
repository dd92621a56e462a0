package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ApplyingTest {
  private final ObjectNode changes = JsonNodeFactory.instance.objectNode();

  private static void assertFails(Applying applying, ErrorCode code, String message) {
    assertThatThrownBy(applying::apply)
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> {
              assertThat(e).hasMessage(message);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  @Test
  void aChangeIsAnsweredWhenItIsMade() {
    try (Applying applying = new Applying(steps -> changes)) {
      assertThat(applying.apply()).isSameAs(changes);
      assertThat(applying.apply()).isSameAs(changes);
    }
  }

  @Test
  void aLongChangeTellsHowFarItIsAndGoesOnAndKeepsOthersAway() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch made = new CountDownLatch(1);
    try (Applying applying =
        new Applying(
            steps -> {
              steps.begin("restarting the job of devices", ErrorCode.PROCESSOR_UNAVAILABLE);
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              made.countDown();
              return changes;
            },
            Duration.ofMillis(300))) {
      assertFails(
          applying,
          ErrorCode.PROCESSOR_UNAVAILABLE,
          "The change is restarting the job of devices and goes on; ask again to see it done");
      assertFails(
          applying,
          ErrorCode.CONFLICT,
          "Another request's change is under way: it is restarting the job of devices."
              + " Ask again later");

      go.countDown();

      assertThat(made.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whatAnEngineThrowsGetsItsCode() {
    try (Applying applying =
        new Applying(
            steps -> {
              throw new UncheckedSQLException(new SQLException("gone"), "Failed");
            })) {
      assertFails(applying, ErrorCode.LAKE_UNAVAILABLE, "The lake's catalog does not answer");
    }
    try (Applying applying =
        new Applying(
            steps -> {
              throw new IllegalStateException(new TimeoutException("gone"));
            })) {
      assertFails(applying, ErrorCode.LOG_UNAVAILABLE, "Kafka does not answer");
    }
  }
}
