package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;

/** What Kafka's administration answers, for callers that wait. */
public final class KafkaAnswers {
  private KafkaAnswers() {}

  /**
   * Waits for an answer.
   *
   * @param what was asked for, in the words of a person
   * @throws LeatException LOG_UNAVAILABLE when Kafka refuses or does not answer in time, with
   *     Kafka's exception as its cause; NOT_READY when the thread is interrupted
   */
  public static <T> T await(KafkaFuture<T> answer, Duration within, String what) {
    try {
      return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE,
          "Kafka was asked for " + what + " and failed: " + e.getCause(),
          e.getCause());
    } catch (TimeoutException e) {
      throw new LeatException(
          ErrorCode.LOG_UNAVAILABLE, "Kafka was asked for " + what + " and does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while asking Kafka", e);
    }
  }
}
