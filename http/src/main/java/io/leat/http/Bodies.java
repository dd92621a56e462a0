package io.leat.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;

/** Reads request bodies within bounds, and undoes their Content-Encoding (gzip, zstd). */
public final class Bodies {
  public Bodies(Vertx vertx, MeterRegistry registry) {}

  /**
   * The whole body, inflated. Call it in the same turn of the event loop in which the handler runs.
   *
   * @return completes on the request's event loop; fails with a {@link
   *     io.leat.event.LeatException}: BODY_TOO_LARGE, MALFORMED_ENCODING, UNSUPPORTED_MEDIA_TYPE,
   *     REQUEST_TIMEOUT; pass it to {@code ctx.fail}
   */
  public Future<byte[]> read(RoutingContext ctx, BodyLimits limits) {
    throw new UnsupportedOperationException("being built");
  }
}
