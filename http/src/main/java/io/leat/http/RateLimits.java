package io.leat.http;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket per client. The map is bounded: the client unseen for longest is forgotten, which
 * gives it a full bucket when it comes again.
 */
final class RateLimits {
  private final RateLimit standard;
  private final LinkedHashMap<String, Limited> clients;

  RateLimits(RateLimit standard, int maxClients, MeterRegistry registry) {
    this.standard = standard;
    this.clients =
        new LinkedHashMap<>(64, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Limited> eldest) {
            return size() > maxClients;
          }
        };
    Gauge.builder("leat_rate_limited_clients", this, RateLimits::size).register(registry);
    Gauge.builder("leat_rate_limited_clients_bound", () -> maxClients).register(registry);
  }

  private record Limited(RateLimit limit, Bucket bucket) {}

  /**
   * Takes one request off the client's budget.
   *
   * @param own the client's own limit, or null for the standard one
   * @return nothing to wait for: zero; else the time until a request would pass
   */
  Duration take(String clientId, @Nullable RateLimit own) {
    RateLimit limit = own == null ? standard : own;
    ConsumptionProbe probe = bucket(clientId, limit).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(1, probe.getNanosToWaitForRefill()));
  }

  private Bucket bucket(String clientId, RateLimit limit) {
    synchronized (clients) {
      Limited limited = clients.get(clientId);
      if (limited == null || !limited.limit().equals(limit)) {
        limited = new Limited(limit, newBucket(limit));
        clients.put(clientId, limited);
      }
      return limited.bucket();
    }
  }

  private int size() {
    synchronized (clients) {
      return clients.size();
    }
  }

  /** Refill in whole tokens over the shortest period that holds one, at least a millisecond. */
  private static Bucket newBucket(RateLimit limit) {
    long tokens = Math.max(1, Math.round(limit.perSecond()));
    Duration period =
        limit.perSecond() >= 1
            ? Duration.ofSeconds(1)
            : Duration.ofNanos(Math.round(1_000_000_000d / limit.perSecond()));
    return Bucket.builder()
        .addLimit(stage -> stage.capacity(limit.burst()).refillGreedy(tokens, period))
        .withNanosecondPrecision()
        .build();
  }
}
