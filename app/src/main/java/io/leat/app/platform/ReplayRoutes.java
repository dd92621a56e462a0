package io.leat.app.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.http.AnswerTimer;
import io.leat.http.Bodies;
import io.leat.http.BodyLimits;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code /v1/replays}: begins replays, tells how far they are, switches to them, drops them. */
final class ReplayRoutes implements Routes, AutoCloseable {
  private static final BodyLimits BODY =
      new BodyLimits(64 * 1024, 64 * 1024, Duration.ofSeconds(10));

  private final Replaying replaying;
  private final Bodies bodies;
  private final WorkerExecutor workers;

  ReplayRoutes(Vertx vertx, Replaying replaying, Bodies bodies) {
    this.replaying = replaying;
    this.bodies = bodies;
    this.workers = vertx.createSharedWorkerExecutor("leat-replay-requests", 2);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.post("/v1/replays").handler(guard.requires(Role.OPERATE)).handler(this::begin);
    router
        .get("/v1/replays")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answer(ctx, 200, () -> replaying.list(Guard.principal(ctx))));
    router
        .get("/v1/replays/:id")
        .handler(guard.requires(Role.OPERATE))
        .handler(
            ctx ->
                answer(ctx, 200, () -> replaying.show(ctx.pathParam("id"), Guard.principal(ctx))));
    router
        .post("/v1/replays/:id/switch")
        .handler(guard.requires(Role.OPERATE))
        .handler(
            ctx ->
                answer(
                    ctx, 202, () -> replaying.switchTo(ctx.pathParam("id"), Guard.principal(ctx))));
    router
        .delete("/v1/replays/:id")
        .handler(guard.requires(Role.OPERATE))
        .handler(
            ctx ->
                answer(ctx, 202, () -> replaying.drop(ctx.pathParam("id"), Guard.principal(ctx))));
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/replay.json");
  }

  private void begin(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    bodies
        .read(ctx, BODY)
        .onFailure(ctx::fail)
        .onSuccess(body -> answer(ctx, 202, () -> replaying.begin(body, principal)));
  }

  private void answer(RoutingContext ctx, int status, Callable<ObjectNode> work) {
    AnswerTimer.waitsFor(ctx, ErrorCode.STATE_UNAVAILABLE);
    workers
        .executeBlocking(work, false)
        .onSuccess(
            answer -> {
              if (!ctx.response().ended()) {
                ctx.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(answer.toString());
              }
            })
        .onFailure(ctx::fail);
  }

  @Override
  public void close() {
    workers.close();
  }
}
