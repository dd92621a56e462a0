package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Answering;
import io.leat.http.Bodies;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/state}: the newest state of entities. */
final class StateRoutes implements Routes, AutoCloseable {
  private final StateLookup lookup;
  private final Answering answering;

  StateRoutes(Vertx vertx, Bodies bodies, StateLookup lookup) {
    this.lookup = lookup;
    this.answering = new Answering(vertx, bodies, "leat-state-requests", 4);
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
    answering.answer(ctx, 200, () -> lookup.show(table, key, principal));
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
    answering.answer(ctx, 200, () -> lookup.list(table, parameters, principal));
  }

  @Override
  public void close() {
    answering.close();
  }
}
