package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Routes to test the server with. */
final class EchoRoutes implements Routes {
  /** Requests to {@code /v1/hang} that are or were in work. */
  static final AtomicInteger HUNG = new AtomicInteger();

  static final int MAX_BYTES = 1_000_000;
  static final int MAX_INFLATED = 2_000_000;

  private final Bodies bodies;
  private final Duration timeout;

  EchoRoutes(Bodies bodies, Duration timeout) {
    this.bodies = bodies;
    this.timeout = timeout;
  }

  @Override
  public void mount(Router router, Guard guard) {
    BodyLimits limits = new BodyLimits(MAX_BYTES, MAX_INFLATED, timeout);
    router
        .post("/v1/echo/:name")
        .handler(guard.requires(Role.SEND))
        .handler(
            ctx ->
                bodies
                    .read(ctx, limits)
                    .onFailure(ctx::fail)
                    .onSuccess(
                        bytes ->
                            ctx.response()
                                .putHeader("Content-Type", "application/json")
                                .end(
                                    new JsonObject()
                                        .put("bytes", bytes.length)
                                        .put("client", Guard.principal(ctx).clientId())
                                        .put("request_id", Guard.requestId(ctx))
                                        .toBuffer())));
    router.get("/v1/echo/:name").handler(guard.requires(Role.READ)).handler(ctx -> ctx.end("read"));
    router
        .get("/v1/defect")
        .handler(
            ctx -> {
              throw new IllegalStateException("the password is hunter2");
            });
    router
        .get("/v1/down")
        .handler(
            ctx -> {
              throw new LeatException(ErrorCode.STATE_UNAVAILABLE, "host db.internal is away");
            });
    router.get("/v1/never").handler(ctx -> {});
    router
        .get("/v1/hang")
        .handler(
            ctx -> {
              HUNG.incrementAndGet();
              ctx.vertx().timer(1_500).onComplete(x -> ctx.end("late"));
            });
  }
}
