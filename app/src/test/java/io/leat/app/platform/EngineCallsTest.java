package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineCallsTest {
  private final EngineCalls calls =
      new EngineCalls("Kafka", ErrorCode.LOG_UNAVAILABLE, Duration.ofMillis(200));
  private final CountDownLatch back = new CountDownLatch(1);

  @AfterEach
  void close() {
    back.countDown();
    calls.close();
  }

  private String hang() throws InterruptedException {
    back.await();
    return "late";
  }

  private static void assertFails(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.LOG_UNAVAILABLE);
              assertThat(e).hasMessage(message);
            });
  }

  @Test
  void anAnswerIsHandedOn() {
    assertThat(calls.ask(() -> "well")).isEqualTo("well");
  }

  @Test
  void anEngineThatHangsIsToldWithItsCode() {
    assertFails(() -> calls.ask(this::hang), "Kafka does not answer");
  }

  @Test
  void aFailureThatHasNoCodeGetsTheEngines() {
    assertFails(
        () ->
            calls.ask(
                () -> {
                  throw new IllegalStateException("broken pipe to db.internal");
                }),
        "Kafka does not answer as it should");
  }

  @Test
  void aFailureKeepsItsCode() {
    LeatException known = new LeatException(ErrorCode.NOT_FOUND, "no such table");

    assertThatThrownBy(
            () ->
                calls.ask(
                    () -> {
                      throw known;
                    }))
        .isSameAs(known);
  }

  @Test
  void moreQuestionsThanMayWaitFailAtOnce() {
    for (int i = 0; i < 8 + 64; i++) {
      calls.begin(this::hang);
    }

    assertFails(() -> calls.ask(() -> "no"), "Kafka has too many questions without an answer");
  }

  @Test
  void anEngineThatIsBackIsAskedAsBefore() throws Exception {
    for (int i = 0; i < 12; i++) {
      assertFails(() -> calls.ask(this::hang), "Kafka does not answer");
    }
    back.countDown();

    for (int i = 0; i < 100; i++) {
      try {
        assertThat(calls.ask(() -> "well")).isEqualTo("well");
        return;
      } catch (LeatException e) {
        Thread.sleep(50);
      }
    }
    throw new AssertionError("never well again");
  }
}
