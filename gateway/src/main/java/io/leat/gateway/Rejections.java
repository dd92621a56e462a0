package io.leat.gateway;

import io.leat.event.ErrorCode;
import io.leat.event.Names;
import io.leat.event.RejectionHeaders;
import io.leat.gateway.GatewaySettings.RejectionSettings;
import io.leat.gateway.format.IncomingRecord.Bytes;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Message;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Keeps refused records of authenticated clients in {@code <blueprint>.rejected}, within a budget
 * of bytes per client and window. Thread-safe.
 */
final class Rejections {
  private static final int MAX_REASON = 2_000;

  private final RejectionSettings settings;
  private final InstantSource clock;
  private final Counter overBudget;
  private final Counter unacknowledged;
  private final Map<String, Budget> budgets = new LinkedHashMap<>();

  private static final class Budget {
    private final long since;
    private long used;

    Budget(long since) {
      this.since = since;
    }
  }

  Rejections(RejectionSettings settings, MeterRegistry registry, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.overBudget = dropped(registry, "budget");
    this.unacknowledged = dropped(registry, "log-unavailable");
  }

  private static Counter dropped(MeterRegistry registry, String reason) {
    return Counter.builder("leat.rejections.dropped")
        .description("Refused records that were not kept")
        .tag("reason", reason)
        .register(registry);
  }

  /** Whether records that are refused with this code are kept. */
  static boolean kept(ErrorCode code) {
    return code.httpStatus() == 400 || code.httpStatus() == 422;
  }

  /**
   * The message that keeps a refused record; null, and counted, when the client's budget is used
   * up.
   *
   * @param index the record's index in its request; -1 for the body as a whole
   */
  @Nullable Message keep(
      Ingest ingest, @Nullable String id, Bytes original, int index, Refusal refusal) {
    int length = Math.min(original.length(), settings.maxValueBytes());
    if (!spend(ingest.principal().clientId(), length + 500L)) {
      overBudget.increment();
      return null;
    }
    List<Header> headers = new ArrayList<>(11);
    headers.add(Ingest.header(RejectionHeaders.STREAM, ingest.stream().spec().name()));
    headers.add(Ingest.header(RejectionHeaders.CODE, refusal.code().code()));
    headers.add(Ingest.header(RejectionHeaders.REASON, reason(refusal)));
    headers.add(Ingest.header(RejectionHeaders.STAGE, "gateway"));
    headers.add(Ingest.header(RejectionHeaders.RECEIVED, Long.toString(ingest.receivedMicros())));
    headers.add(Ingest.header(RejectionHeaders.CLIENT, ingest.principal().clientId()));
    headers.add(Ingest.header(RejectionHeaders.REQUEST, ingest.requestId()));
    if (index >= 0) {
      headers.add(Ingest.header(RejectionHeaders.INDEX, Integer.toString(index)));
    }
    headers.add(
        Ingest.header(
            RejectionHeaders.SCHEMA_VERSION, Integer.toString(ingest.stream().schemaVersion())));
    if (id != null) {
      headers.add(Ingest.header(RejectionHeaders.ID, id));
    }
    headers.add(Ingest.header(RejectionHeaders.LENGTH, Integer.toString(original.length())));
    return new Message(
        Names.rejectedTopic(ingest.stream().blueprint().name()),
        -1,
        null,
        original.array(),
        original.start(),
        original.start() + length,
        headers);
  }

  /** A record should have been kept, but the log did not acknowledge it. */
  void lost() {
    unacknowledged.increment();
  }

  private static String reason(Refusal refusal) {
    StringBuilder reason = new StringBuilder();
    if (refusal.errors().isEmpty()) {
      reason.append(refusal.reason());
    }
    for (int i = 0; i < refusal.errors().size() && reason.length() < MAX_REASON; i++) {
      reason.append(i == 0 ? "" : "; ").append(refusal.errors().get(i));
    }
    if (reason.length() > MAX_REASON) {
      reason.setLength(MAX_REASON);
      reason.append("...");
    }
    return reason.toString();
  }

  private boolean spend(String client, long bytes) {
    long now = clock.millis();
    synchronized (budgets) {
      Budget budget = budgets.get(client);
      if (budget == null || now - budget.since >= settings.window().toMillis()) {
        budgets.remove(client);
        if (budgets.size() >= settings.maxClients() && !forgetOldest(now)) {
          return false;
        }
        budget = new Budget(now);
        budgets.put(client, budget);
      }
      if (budget.used + bytes > settings.clientBytes()) {
        return false;
      }
      budget.used += bytes;
      return true;
    }
  }

  /** Windows stand in the order in which they began, so that the first ends first. */
  private boolean forgetOldest(long now) {
    Map.Entry<String, Budget> oldest = budgets.entrySet().iterator().next();
    if (now - oldest.getValue().since < settings.window().toMillis()) {
      return false;
    }
    budgets.remove(oldest.getKey());
    return true;
  }
}
