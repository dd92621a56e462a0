package io.leat.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What probes and scrapers read: open to all, without secrets. */
final class OperationRoutes implements Routes {
  private final MeterRegistry registry;
  private final Health health;
  private final BooleanSupplier stopping;
  private final Supplier<JsonObject> openApi;

  OperationRoutes(
      MeterRegistry registry,
      Health health,
      BooleanSupplier stopping,
      Supplier<JsonObject> openApi) {
    this.registry = registry;
    this.health = health;
    this.stopping = stopping;
    this.openApi = openApi;
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.get("/health/live").handler(this::live);
    router.get("/health/ready").handler(this::ready);
    router.get("/metrics").handler(this::metrics);
    router.get("/openapi.json").handler(this::document);
  }

  private void live(RoutingContext ctx) {
    Requests.routed(ctx);
    json(ctx, new JsonObject().put("status", "live"));
  }

  private void ready(RoutingContext ctx) {
    Requests.routed(ctx);
    JsonObject checks = new JsonObject();
    boolean ready = !stopping.getAsBoolean();
    for (Map.Entry<String, Optional<String>> check : health.report().entrySet()) {
      // Why it is not is for operators: the log and the status tell.
      boolean well = check.getValue().isEmpty();
      boolean required = health.isRequired(check.getKey());
      checks.put(check.getKey(), well ? "ready" : required ? "not ready" : "degraded");
      ready &= well || !required;
    }
    if (stopping.getAsBoolean()) {
      checks.put("http", "is stopping");
    }
    ctx.response().setStatusCode(ready ? 200 : 503);
    json(ctx, new JsonObject().put("status", ready ? "ready" : "not ready").put("checks", checks));
  }

  private void metrics(RoutingContext ctx) {
    Requests.routed(ctx);
    String text = registry instanceof PrometheusMeterRegistry prometheus ? prometheus.scrape() : "";
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
        .end(text);
  }

  private void document(RoutingContext ctx) {
    Requests.routed(ctx);
    json(ctx, openApi.get());
  }

  private static void json(RoutingContext ctx, JsonObject body) {
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body.toBuffer());
  }
}
