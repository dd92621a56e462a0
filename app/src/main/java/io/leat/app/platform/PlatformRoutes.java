package io.leat.app.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Status, trace and apply: they ask several engines and block, so they run on workers of their own.
 */
final class PlatformRoutes implements Routes, AutoCloseable {
  private final Function<Principal, ObjectNode> status;
  private final BiFunction<String, Principal, ObjectNode> trace;
  private final Supplier<ObjectNode> apply;
  private final WorkerExecutor workers;
  private final WorkerExecutor applying;

  PlatformRoutes(
      Vertx vertx,
      Function<Principal, ObjectNode> status,
      BiFunction<String, Principal, ObjectNode> trace,
      Supplier<ObjectNode> apply) {
    this.status = status;
    this.trace = trace;
    this.apply = apply;
    this.workers = vertx.createSharedWorkerExecutor("leat-operations", 4);
    this.applying = vertx.createSharedWorkerExecutor("leat-apply-requests", 4);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .get("/v1/status")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answer(ctx, workers, () -> status.apply(Guard.principal(ctx))));
    router
        .get("/v1/trace/:id")
        .handler(guard.requires(Role.READ))
        .handler(
            ctx ->
                answer(ctx, workers, () -> trace.apply(ctx.pathParam("id"), Guard.principal(ctx))));
    router.post("/v1/blueprints/apply").handler(guard.requires(Role.OPERATE)).handler(this::apply);
  }

  /** A change of blueprints reaches all streams, and so must the client. */
  private void apply(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    if (!principal.roles().contains(Role.ADMIN) && !principal.streams().matches("*")) {
      throw new LeatException(
          ErrorCode.FORBIDDEN,
          "Applying blueprints needs all streams, which the client '"
              + principal.name()
              + "' has not");
    }
    answer(ctx, applying, apply::get);
  }

  private static void answer(
      RoutingContext ctx, WorkerExecutor threads, Callable<ObjectNode> work) {
    threads
        .executeBlocking(work, false)
        .onSuccess(
            answer -> {
              if (!ctx.response().ended()) {
                ctx.response().putHeader("Content-Type", "application/json").end(answer.toString());
              }
            })
        .onFailure(ctx::fail);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.empty();
  }

  @Override
  public void close() {
    workers.close();
    applying.close();
  }
}
