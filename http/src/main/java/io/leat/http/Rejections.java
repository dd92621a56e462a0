package io.leat.http;

import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts every request that is refused for who sent it, and logs it; of a flood only some a second,
 * so that nobody fills the disk with guesses.
 */
final class Rejections {
  private static final Logger log = LoggerFactory.getLogger(Rejections.class);
  private static final int LOGGED_A_SECOND = 20;

  private final MeterRegistry registry;
  private final Bucket logged =
      Bucket.builder()
          .addLimit(
              stage ->
                  stage
                      .capacity(5L * LOGGED_A_SECOND)
                      .refillGreedy(LOGGED_A_SECOND, Duration.ofSeconds(1)))
          .build();

  Rejections(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * @param reason one of few, the label of the metric
   */
  void add(RoutingContext ctx, String reason) {
    registry.counter("leat_auth_rejected", "reason", reason).increment();
    if (logged.tryConsume(1)) {
      @Nullable Principal principal = ctx.get(Guard.PRINCIPAL);
      log.warn(
          "Refused a request: reason={} client={} request_id={} from={}",
          reason,
          principal == null ? "unknown" : principal.clientId(),
          Guard.requestId(ctx),
          ctx.request().remoteAddress());
    }
  }
}
