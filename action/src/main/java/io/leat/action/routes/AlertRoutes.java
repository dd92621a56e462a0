package io.leat.action.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.delivery.Deliveries;
import io.leat.action.delivery.Delivery;
import io.leat.action.incident.AlertDetail;
import io.leat.action.incident.AlertLookup;
import io.leat.action.incident.Incident;
import io.leat.http.Answering;
import io.leat.http.Asked;
import io.leat.http.Bodies;
import io.leat.http.Guard;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** {@code /v1/alerts}: an alert, and why there is one. */
public final class AlertRoutes implements Routes, AutoCloseable {
  private static final int MOST_DELIVERIES = 100;

  private final AlertLookup alerts;
  private final Deliveries deliveries;
  private final AlertCause cause;
  private final Answering answering;

  public AlertRoutes(
      Vertx vertx, Bodies bodies, AlertLookup alerts, Deliveries deliveries, AlertCause cause) {
    this.alerts = alerts;
    this.deliveries = deliveries;
    this.cause = cause;
    this.answering = new Answering(vertx, bodies, "leat-alert-requests", 2);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .get("/v1/alerts/:id")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> explain(ctx)));
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/alert.json");
  }

  private ObjectNode explain(RoutingContext ctx) {
    AlertDetail detail = alerts.show(ctx.pathParam("id"));
    Incident incident = detail.incident();
    Asked.requireRead(Guard.principal(ctx), incident.blueprint());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", detail.fired().id());
    json.put("state", detail.isFiring() ? "firing" : "resolved");
    json.put("absent", detail.isAbsent());
    json.put("silence", detail.silence());
    Alert fired = detail.fired();
    Alert resolved = detail.resolved();
    json.set("fired", AlertJson.tree(fired));
    json.set("resolved", resolved == null ? json.nullNode() : AlertJson.tree(resolved));
    ObjectNode delays = json.putObject("delays");
    delays.put("to_detected_ms", millis(fired.at(), fired.detectedAt()));
    delays.put("to_recorded_ms", millis(fired.detectedAt(), detail.recordedAt()));
    json.put("recorded_at", detail.recordedAt().toString());
    json.put("changed_at", detail.changedAt().toString());
    json.set("incident", IncidentJson.of(incident));
    ArrayNode told = json.putArray("deliveries");
    Delivery.Filter filter =
        new Delivery.Filter(
            incident.blueprint(), null, null, incident.id(), null, false, null, MOST_DELIVERIES);
    deliveries.list(filter).forEach(one -> told.add(DeliveryRoutes.json(one)));
    cause.explain(detail, json);
    return json;
  }

  /** Negative when a device's clock is ahead. */
  private static long millis(Instant from, Instant to) {
    return Duration.between(from, to).toMillis();
  }

  @Override
  public void close() {
    answering.close();
  }
}
