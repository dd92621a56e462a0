package io.leat.app.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
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
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** {@code /v1/quarantine}: looking at what was quarantined or refused, and redriving it. */
final class QuarantineRoutes implements Routes, AutoCloseable {
  private static final int MOST_LISTED = 10_000;
  private static final int LISTED = 100;
  private static final BodyLimits BODY =
      new BodyLimits(2 * 1024 * 1024, 2 * 1024 * 1024, Duration.ofSeconds(10));
  private static final Set<String> FILTER =
      Set.of("stream", "code", "stage", "client", "from", "to", "rejected", "limit", "summary");

  private final Quarantine quarantine;
  private final Redriving redriving;
  private final Bodies bodies;
  private final WorkerExecutor workers;

  QuarantineRoutes(Vertx vertx, Quarantine quarantine, Redriving redriving, Bodies bodies) {
    this.quarantine = quarantine;
    this.redriving = redriving;
    this.bodies = bodies;
    this.workers = vertx.createSharedWorkerExecutor("leat-quarantine", 4);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.get("/v1/quarantine").handler(guard.requires(Role.READ)).handler(this::list);
    router
        .get("/v1/quarantine/redrives")
        .handler(guard.requires(Role.READ))
        .handler(this::redrives);
    router.get("/v1/quarantine/:id").handler(guard.requires(Role.READ)).handler(this::show);
    router
        .post("/v1/quarantine/redrive")
        .handler(guard.requires(Role.OPERATE))
        .handler(this::redrive);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/quarantine.json");
  }

  private void list(RoutingContext ctx) {
    for (String name : ctx.request().params().names()) {
      if (!FILTER.contains(name)) {
        throw new LeatException(ErrorCode.BAD_REQUEST, "There is no parameter '" + name + "'");
      }
    }
    KeptFilter filter =
        new KeptFilter(
            flag(ctx, "rejected"),
            param(ctx, "stream"),
            param(ctx, "code"),
            param(ctx, "stage"),
            param(ctx, "client"),
            RedriveRequest.time(param(ctx, "from"), "from"),
            RedriveRequest.time(param(ctx, "to"), "to"));
    int limit = limit(ctx);
    boolean isSummary = flag(ctx, "summary");
    Principal principal = Guard.principal(ctx);
    answer(
        ctx,
        ErrorCode.LAKE_UNAVAILABLE,
        () ->
            isSummary
                ? quarantine.summary(filter, principal)
                : quarantine.list(filter, limit, principal));
  }

  private void show(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    Principal principal = Guard.principal(ctx);
    answer(ctx, ErrorCode.LAKE_UNAVAILABLE, () -> quarantine.show(id, principal));
  }

  private void redrives(RoutingContext ctx) {
    String run = param(ctx, "run");
    int limit = limit(ctx);
    Principal principal = Guard.principal(ctx);
    answer(ctx, ErrorCode.STATE_UNAVAILABLE, () -> quarantine.redrives(run, limit, principal));
  }

  private void redrive(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    bodies
        .read(ctx, BODY)
        .map(RedriveRequest::read)
        .onFailure(ctx::fail)
        .onSuccess(
            request ->
                answer(
                    ctx, ErrorCode.LAKE_UNAVAILABLE, () -> redriving.redrive(request, principal)));
  }

  private void answer(RoutingContext ctx, ErrorCode needs, Callable<ObjectNode> work) {
    AnswerTimer.waitsFor(ctx, needs);
    workers
        .executeBlocking(work, false)
        .onSuccess(
            answer -> {
              if (!ctx.response().ended()) {
                ctx.response().putHeader("Content-Type", "application/json").end(answer.toString());
              }
            })
        .onFailure(ctx::fail);
  }

  private static @Nullable String param(RoutingContext ctx, String name) {
    String value = ctx.request().getParam(name);
    return value == null || value.isEmpty() ? null : value;
  }

  private static boolean flag(RoutingContext ctx, String name) {
    String value = ctx.request().getParam(name, "false");
    if (!value.equals("true") && !value.equals("false")) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "'" + name + "' is '" + value + "'; it is true or false");
    }
    return value.equals("true");
  }

  private static int limit(RoutingContext ctx) {
    String text = ctx.request().getParam("limit", String.valueOf(LISTED));
    if (!text.matches("[0-9]{1,5}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_LISTED) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "'limit' is '" + text + "', not a number from 1 to " + MOST_LISTED);
    }
    return Integer.parseInt(text);
  }

  @Override
  public void close() {
    workers.close();
  }
}
