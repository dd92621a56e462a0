package io.leat.query;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.AnswerTimer;
import io.leat.http.Bodies;
import io.leat.http.BodyLimits;
import io.leat.http.Guard;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.query.planning.TableAccess;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code POST /v1/sql} and {@code GET /v1/sql/tables}. */
public final class SqlRoutes implements Routes {
  private static final Duration BODY_WITHIN = Duration.ofSeconds(10);

  private final QueryEngine engine;
  private final Bodies bodies;
  private final BodyLimits limits;

  /** The engine is not closed by this object. */
  public SqlRoutes(QueryEngine engine, Bodies bodies) {
    this.engine = engine;
    this.bodies = bodies;
    // A statement in JSON is longer by its escapes.
    int bytes = engine.settings().maxSqlBytes() * 2 + 1024;
    this.limits = new BodyLimits(bytes, bytes, BODY_WITHIN);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.post("/v1/sql").handler(guard.requires(Role.READ)).handler(this::query);
    router.get("/v1/sql/tables").handler(guard.requires(Role.READ)).handler(this::tables);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/query.json");
  }

  private void query(RoutingContext ctx) {
    bodies.read(ctx, limits).onFailure(ctx::fail).onSuccess(body -> run(ctx, body));
  }

  private void run(RoutingContext ctx, byte[] body) {
    HttpServerRequest http = ctx.request();
    try {
      SqlRequest request =
          SqlRequest.of(
              http.getHeader(HttpHeaders.CONTENT_TYPE),
              http.getHeader(HttpHeaders.ACCEPT),
              http.getParam("format"),
              http.getParam("limit"),
              body);
      AnswerTimer.takeOver(ctx); // a query has a limit of its own
      HttpSink sink = new HttpSink(ctx, request.format());
      TableAccess access = new ClientAccess(Guard.principal(ctx));
      sink.attach(engine.run(request.sql(), request.limit(), access, sink));
    } catch (LeatException e) {
      ctx.fail(e);
    }
  }

  private void tables(RoutingContext ctx) {
    TableAccess access = new ClientAccess(Guard.principal(ctx));
    AnswerTimer.waitsFor(ctx, ErrorCode.LAKE_UNAVAILABLE);
    ctx.vertx()
        .executeBlocking(() -> engine.tables(access), false)
        .onFailure(ctx::fail)
        .onSuccess(
            tables -> {
              if (!ctx.response().ended()) {
                ctx.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(json(tables).toBuffer());
              }
            });
  }

  private static JsonArray json(List<QueryableTable> tables) {
    JsonArray array = new JsonArray();
    for (QueryableTable table : tables) {
      array.add(
          new JsonObject()
              .put("table", table.table())
              .put("columns", AnswerJson.columns(table.columns())));
    }
    return array;
  }
}
