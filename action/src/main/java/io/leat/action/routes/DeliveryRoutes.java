package io.leat.action.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.delivery.Deliveries;
import io.leat.action.delivery.Delivery;
import io.leat.action.delivery.DeliveryTarget;
import io.leat.action.delivery.TargetStatus;
import io.leat.action.target.TargetOutcome;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Answering;
import io.leat.http.Asked;
import io.leat.http.Bodies;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /v1/deliveries} and {@code /v1/targets}. */
public final class DeliveryRoutes implements Routes, AutoCloseable {
  private static final Set<String> FILTER =
      Set.of("blueprint", "target", "incident", "state", "dead", "limit", "after");

  private final Deliveries deliveries;
  private final Supplier<? extends Collection<DeliveryTarget>> targets;
  private final Answering answering;
  // A test waits for the place and its limit: nobody else is kept waiting by it.
  private final Answering testing;

  /**
   * @param targets those of all blueprints, as they are now
   */
  public DeliveryRoutes(
      Vertx vertx,
      Bodies bodies,
      Deliveries deliveries,
      Supplier<? extends Collection<DeliveryTarget>> targets) {
    this.deliveries = deliveries;
    this.targets = targets;
    this.answering = new Answering(vertx, bodies, "leat-delivery-requests", 2);
    this.testing = new Answering(vertx, bodies, "leat-target-tests", 2);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .get("/v1/deliveries")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> list(ctx)));
    router
        .get("/v1/deliveries/:id")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> show(ctx)));
    router
        .post("/v1/deliveries/:id/redrive")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answer(ctx, 200, () -> redrive(ctx)));
    router
        .get("/v1/targets")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> listTargets(ctx)));
    router
        .post("/v1/targets/:name/test")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> testing.answer(ctx, 200, () -> test(ctx)));
    router
        .post("/v1/targets/:name/pause")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answerBody(ctx, 200, body -> pause(ctx, body)));
    router
        .post("/v1/targets/:name/resume")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answer(ctx, 200, () -> resume(ctx)));
    router
        .post("/v1/targets/:name/redrive")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answer(ctx, 200, () -> redriveAll(ctx)));
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/delivery.json");
  }

  private ObjectNode list(RoutingContext ctx) {
    Asked.requireKnown(ctx, FILTER);
    String state = Asked.param(ctx, "state");
    String after = Asked.param(ctx, "after");
    String dead = ctx.request().getParam("dead", "false");
    if (!dead.equals("true") && !dead.equals("false")) {
      throw Asked.bad("'dead' is '" + dead + "'; it is true or false");
    }
    Set<String> blueprints = new LinkedHashSet<>();
    targets.get().forEach(target -> blueprints.add(target.blueprint()));
    Delivery.Filter filter =
        new Delivery.Filter(
            Asked.param(ctx, "blueprint"),
            Asked.readable(Guard.principal(ctx), blueprints),
            Asked.param(ctx, "target"),
            Asked.param(ctx, "incident"),
            state == null ? null : Asked.constant(Delivery.State.class, "state", state),
            dead.equals("true"),
            after == null ? null : Asked.number("after", after),
            Asked.limit(ctx));
    List<Delivery> found = deliveries.list(filter);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("deliveries");
    found.forEach(one -> all.add(json(one)));
    json.put("next", found.size() == filter.most() ? found.get(found.size() - 1).id() : null);
    return json;
  }

  private ObjectNode show(RoutingContext ctx) {
    Delivery.Detail detail = deliveries.show(Asked.number("id", ctx.pathParam("id")));
    Asked.requireRead(Guard.principal(ctx), detail.delivery().blueprint());
    return json(detail);
  }

  private ObjectNode redrive(RoutingContext ctx) {
    long id = Asked.number("id", ctx.pathParam("id"));
    Principal principal = Guard.principal(ctx);
    Asked.requireOperate(principal, deliveries.show(id).delivery().blueprint());
    return json(deliveries.redrive(id, principal.name()));
  }

  private ObjectNode listTargets(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    List<DeliveryTarget> readable =
        targets.get().stream()
            .filter(target -> principal.mayRead(target.blueprint() + ".*"))
            .toList();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("targets");
    deliveries.targets(readable).forEach(status -> all.add(json(status)));
    return json;
  }

  private DeliveryTarget target(RoutingContext ctx) {
    String name = ctx.pathParam("name");
    DeliveryTarget target =
        targets.get().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> {
                  Set<String> names = new TreeSet<>();
                  targets.get().forEach(one -> names.add(one.name()));
                  return new LeatException(
                      ErrorCode.NOT_FOUND, "There is no target '" + name + "'; there are " + names);
                });
    Asked.requireOperate(Guard.principal(ctx), target.blueprint());
    return target;
  }

  private ObjectNode test(RoutingContext ctx) throws InterruptedException {
    TargetOutcome outcome = deliveries.test(target(ctx));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (outcome instanceof TargetOutcome.Delivered) {
      return json.put("outcome", "delivered").putNull("reason");
    } else if (outcome instanceof TargetOutcome.Retry retry) {
      return json.put("outcome", "retry").put("reason", retry.reason());
    } else if (outcome instanceof TargetOutcome.Unknown unknown) {
      return json.put("outcome", "unknown").put("reason", unknown.reason());
    } else if (outcome instanceof TargetOutcome.Blocked blocked) {
      return json.put("outcome", "refused").put("reason", blocked.reason());
    } else if (outcome instanceof TargetOutcome.Refused refused) {
      return json.put("outcome", "refused").put("reason", refused.reason());
    }
    throw new IllegalStateException("an outcome of another kind: " + outcome);
  }

  private ObjectNode pause(RoutingContext ctx, byte[] body) {
    String reason = Asked.text(Asked.object(body, Set.of("reason")), "reason");
    if (reason.isBlank()) {
      throw Asked.bad("'reason' is missing: others will ask why nothing is delivered");
    }
    DeliveryTarget target = target(ctx);
    deliveries.pause(target, Guard.principal(ctx).name(), reason);
    return status(target);
  }

  private ObjectNode resume(RoutingContext ctx) {
    DeliveryTarget target = target(ctx);
    deliveries.resume(target);
    return status(target);
  }

  private ObjectNode redriveAll(RoutingContext ctx) {
    DeliveryTarget target = target(ctx);
    int redriven =
        deliveries.redriveAll(
            target.blueprint(), target.spec().name(), Guard.principal(ctx).name());
    return JsonNodeFactory.instance.objectNode().put("redriven", redriven);
  }

  private ObjectNode status(DeliveryTarget target) {
    return json(deliveries.targets(List.of(target)).get(0));
  }

  private static ObjectNode json(TargetStatus status) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("blueprint", status.blueprint());
    json.put("target", status.target());
    json.put("kind", status.kind());
    json.put("waiting", status.waiting());
    IncidentJson.put(json, "oldest_waiting", status.oldestWaiting());
    json.put("failure", status.failure());
    json.put("dead_letters", status.deadLetters());
    IncidentJson.put(json, "delivered_at", status.deliveredAt());
    IncidentJson.put(json, "not_before", status.notBefore());
    IncidentJson.put(json, "paused_at", status.pausedAt());
    json.put("paused_by", status.pausedBy());
    json.put("paused_reason", status.pausedReason());
    return json;
  }

  private static ObjectNode json(Delivery.Detail detail) {
    ObjectNode json = json(detail.delivery());
    ArrayNode letters = json.putArray("dead_letters");
    for (Delivery.DeadLetter letter : detail.deadLetters()) {
      ObjectNode one = letters.addObject();
      one.put("version", letter.version());
      one.put("cause", letter.cause());
      one.put("attempts", letter.attempts());
      one.put("died_at", letter.diedAt().toString());
      IncidentJson.put(one, "redriven_at", letter.redrivenAt());
      one.put("redriven_by", letter.redrivenBy());
    }
    return json;
  }

  static ObjectNode json(Delivery delivery) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", delivery.id());
    json.put("incident", delivery.incident());
    json.put("blueprint", delivery.blueprint());
    json.put("target", delivery.target());
    json.put("state", Asked.lower(delivery.state()));
    json.put("desired_version", delivery.desired());
    json.put("sent_version", delivery.sent());
    json.put("attempts", delivery.attempts());
    IncidentJson.put(json, "waiting_since", delivery.waitingSince());
    @Nullable String next =
        delivery.state() == Delivery.State.WAITING ? delivery.nextAttemptAt().toString() : null;
    json.put("next_attempt_at", next);
    json.put("under_way", delivery.isUnderWay());
    json.put("unsettled", delivery.isUnsettled());
    json.put("error", delivery.error());
    json.put("external_id", delivery.externalId());
    json.put("external_url", delivery.externalUrl());
    IncidentJson.put(json, "delivered_at", delivery.deliveredAt());
    return json;
  }

  @Override
  public void close() {
    answering.close();
    testing.close();
  }
}
