package io.leat.app.platform;

import io.leat.http.Answering;
import io.leat.http.Bodies;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** {@code /v1/replays}: begins replays, tells how far they are, switches to them, drops them. */
final class ReplayRoutes implements Routes, AutoCloseable {
  private final Replaying replaying;
  private final Answering answering;

  ReplayRoutes(Vertx vertx, Replaying replaying, Bodies bodies) {
    this.replaying = replaying;
    this.answering = new Answering(vertx, bodies, "leat-replay-requests", 2);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.post("/v1/replays").handler(guard.requires(Role.OPERATE)).handler(this::begin);
    router
        .get("/v1/replays")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answer(ctx, 200, () -> replaying.list(Guard.principal(ctx))));
    router
        .get("/v1/replays/:id")
        .handler(guard.requires(Role.OPERATE))
        .handler(
            ctx ->
                answering.answer(
                    ctx, 200, () -> replaying.show(ctx.pathParam("id"), Guard.principal(ctx))));
    router
        .post("/v1/replays/:id/switch")
        .handler(guard.requires(Role.OPERATE))
        .handler(
            ctx ->
                answering.answer(
                    ctx, 202, () -> replaying.switchTo(ctx.pathParam("id"), Guard.principal(ctx))));
    router
        .delete("/v1/replays/:id")
        .handler(guard.requires(Role.OPERATE))
        .handler(
            ctx ->
                answering.answer(
                    ctx, 202, () -> replaying.drop(ctx.pathParam("id"), Guard.principal(ctx))));
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/replay.json");
  }

  private void begin(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    answering.answerBody(ctx, 202, body -> replaying.begin(body, principal));
  }

  @Override
  public void close() {
    answering.close();
  }
}
