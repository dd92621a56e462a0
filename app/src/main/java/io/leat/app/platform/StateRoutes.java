package io.leat.app.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.AnswerTimer;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code /v1/state}: the newest state of entities. */
final class StateRoutes implements Routes, AutoCloseable {
  private final StateLookup lookup;
  private final WorkerExecutor workers;

  StateRoutes(Vertx vertx, StateLookup lookup) {
    this.lookup = lookup;
    this.workers = vertx.createSharedWorkerExecutor("leat-state-requests", 4);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.get("/v1/state/:table").handler(guard.requires(Role.READ)).handler(this::list);
    router.get("/v1/state/:table/:key").handler(guard.requires(Role.READ)).handler(this::show);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/state.json");
  }

  private void show(RoutingContext ctx) {
    String table = ctx.pathParam("table");
    String key = ctx.pathParam("key");
    Principal principal = Guard.principal(ctx);
    answer(ctx, () -> lookup.show(table, key, principal));
  }

  private void list(RoutingContext ctx) {
    String table = ctx.pathParam("table");
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Map.Entry<String, String> one : ctx.queryParams().entries()) {
      if (parameters.putIfAbsent(one.getKey(), one.getValue()) != null) {
        throw new LeatException(
            ErrorCode.BAD_REQUEST, "'" + one.getKey() + "' is there twice; give it once");
      }
    }
    Principal principal = Guard.principal(ctx);
    answer(ctx, () -> lookup.list(table, parameters, principal));
  }

  private void answer(RoutingContext ctx, Callable<ObjectNode> work) {
    AnswerTimer.waitsFor(ctx, ErrorCode.STATE_UNAVAILABLE);
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

  @Override
  public void close() {
    workers.close();
  }
}
