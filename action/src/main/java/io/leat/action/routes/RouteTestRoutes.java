package io.leat.action.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.incident.RouteTable;
import io.leat.action.incident.RouteTable.Judgement;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Answering;
import io.leat.http.Asked;
import io.leat.http.Bodies;
import io.leat.http.Guard;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.incident.EventPattern;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * {@code /v1/routes/{blueprint}/test}: which routes an event would take, and why not the others.
 */
public final class RouteTestRoutes implements Routes, AutoCloseable {
  private static final Set<String> EVENT = Set.of("source", "detail-type", "detail");
  private static final Set<String> MEMBERS = members();

  private final Supplier<Map<String, RouteTable>> tables;
  private final Answering answering;

  /**
   * @param tables those of all blueprints that have detectors, by blueprint, as they are now
   */
  public RouteTestRoutes(Vertx vertx, Bodies bodies, Supplier<Map<String, RouteTable>> tables) {
    this.tables = tables;
    this.answering = new Answering(vertx, bodies, "leat-route-tests", 1);
  }

  private static Set<String> members() {
    Set<String> members = new HashSet<>(EVENT);
    members.addAll(AlertJson.MEMBERS);
    return Set.copyOf(members);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .post("/v1/routes/:blueprint/test")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answerBody(ctx, 200, body -> test(ctx, body)));
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/route.json");
  }

  private ObjectNode test(RoutingContext ctx, byte[] body) {
    String blueprint = ctx.pathParam("blueprint");
    Asked.requireRead(Guard.principal(ctx), blueprint);
    RouteTable table = tables.get().get(blueprint);
    if (table == null) {
      throw new LeatException(
          ErrorCode.NOT_FOUND,
          "There is no blueprint '"
              + blueprint
              + "' with routes; there are "
              + new TreeSet<>(tables.get().keySet()));
    }
    ObjectNode event = event(table, Asked.object(body, MEMBERS));
    List<Judgement> judgements = table.judge(event);
    Set<String> targets = new LinkedHashSet<>();
    judgements.stream()
        .filter(Judgement::isTaken)
        .forEach(judgement -> targets.addAll(judgement.route().to()));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("blueprint", blueprint);
    json.set("event", event);
    targets.forEach(json.putArray("targets")::add);
    ArrayNode all = json.putArray("routes");
    judgements.forEach(judgement -> add(all, judgement));
    return json;
  }

  /** As it is when it has a detail, else an alert's members around which the event is made. */
  private static ObjectNode event(RouteTable table, ObjectNode asked) {
    boolean isEvent = EVENT.stream().anyMatch(asked::has);
    if (!isEvent) {
      return table.event(asked);
    }
    if (!(asked.get("detail") instanceof ObjectNode detail)) {
      throw Asked.bad("'detail' must be an object: what the alert says");
    }
    ObjectNode event = table.event(detail);
    for (String name : EVENT) {
      if (asked.has(name)) {
        event.set(name, asked.get(name));
      }
    }
    Set<String> others = new TreeSet<>();
    asked.fieldNames().forEachRemaining(others::add);
    others.removeAll(EVENT);
    if (!others.isEmpty()) {
      throw Asked.bad(others + " belong into 'detail'");
    }
    return event;
  }

  private static void add(ArrayNode all, Judgement judgement) {
    ObjectNode one = all.addObject();
    one.put("route", judgement.route().name());
    one.put("taken", judgement.isTaken());
    ArrayNode to = one.putArray("to");
    judgement.route().to().forEach(to::add);
    ArrayNode mismatches = one.putArray("mismatches");
    for (EventPattern.Mismatch mismatch : judgement.mismatches()) {
      mismatches
          .addObject()
          .put("field", mismatch.field())
          .put("wanted", mismatch.wanted())
          .put("found", mismatch.found());
    }
  }

  @Override
  public void close() {
    answering.close();
  }
}
