package io.leat.gateway;

import io.leat.http.BodyLimits;
import io.leat.schema.JsonLimits;
import java.time.Duration;

/**
 * The bounds of ingestion.
 *
 * @param body of one request's body
 * @param record of one record's structure
 * @param maxRecords records of one request; more is a 413
 * @param maxRecordBytes bytes of one record's data; more is a 422. Below Kafka's {@code
 *     max.request.size} and the topic's {@code max.message.bytes}
 * @param maxErrors mistakes that are listed for one record; further ones are counted
 * @param answerWithin a request is answered at the latest this long after its body has arrived
 * @param workers threads that parse and validate
 * @param maxWaitingRequests requests that wait for such a thread; more is a 503
 * @param maxWorkingBytes bytes of bodies that are not answered; more is a 503
 * @param rejections what is kept of refused records
 */
public record GatewaySettings(
    BodyLimits body,
    JsonLimits record,
    int maxRecords,
    int maxRecordBytes,
    int maxErrors,
    Duration answerWithin,
    int workers,
    int maxWaitingRequests,
    long maxWorkingBytes,
    RejectionSettings rejections) {

  /**
   * What is kept of refused records.
   *
   * @param maxValueBytes a record is cut after this many bytes
   * @param clientBytes bytes that are kept of one client in one window; beyond, records are counted
   *     only
   * @param window how long the budget lasts
   * @param maxClients clients whose budgets are remembered
   */
  public record RejectionSettings(
      int maxValueBytes, long clientBytes, Duration window, int maxClients) {}

  /** 5 MiB bodies of 10,000 records at most, 64 KiB kept of each refused record. */
  public static GatewaySettings defaults() {
    return new GatewaySettings(
        new BodyLimits(5 * 1024 * 1024, 50 * 1024 * 1024, Duration.ofSeconds(30)),
        JsonLimits.DEFAULT,
        10_000,
        900 * 1024,
        100,
        Duration.ofMillis(4_600),
        Math.max(1, Runtime.getRuntime().availableProcessors()),
        1_000,
        128L * 1024 * 1024,
        new RejectionSettings(64 * 1024, 8L * 1024 * 1024, Duration.ofMinutes(1), 10_000));
  }
}
