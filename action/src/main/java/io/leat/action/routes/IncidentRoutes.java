package io.leat.action.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.incident.AlertMatcher;
import io.leat.action.incident.Incident;
import io.leat.action.incident.IncidentDetail;
import io.leat.action.incident.IncidentFilter;
import io.leat.action.incident.Incidents;
import io.leat.action.incident.Incidents.Action;
import io.leat.action.incident.Silence;
import io.leat.action.incident.Silences;
import io.leat.action.target.TargetIncident.State;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** {@code /v1/incidents} and {@code /v1/silences}. */
public final class IncidentRoutes implements Routes, AutoCloseable {
  private static final int SHOWN = 200;
  private static final Set<String> FILTER =
      Set.of("state", "blueprint", "detector", "key", "limit", "after");
  private static final Set<String> SILENCE =
      Set.of("blueprint", "matchers", "reason", "starts_at", "ends_at");
  private static final Set<String> GROUP_SILENCE = Set.of("reason", "starts_at", "ends_at");
  private static final Map<String, Action> ACTIONS =
      Map.of(
          "ack", Action.ACKNOWLEDGE,
          "give-back", Action.GIVE_BACK,
          "resolve", Action.RESOLVE,
          "reopen", Action.REOPEN,
          "close", Action.CLOSE,
          "note", Action.NOTE);

  private final Incidents incidents;
  private final Silences silences;
  private final Supplier<Set<String>> blueprints;
  private final InstantSource clock;
  private final Answering answering;

  /**
   * @param blueprints the names of those that there are now
   */
  public IncidentRoutes(
      Vertx vertx,
      Bodies bodies,
      Incidents incidents,
      Silences silences,
      Supplier<Set<String>> blueprints,
      InstantSource clock) {
    this.incidents = incidents;
    this.silences = silences;
    this.blueprints = blueprints;
    this.clock = clock;
    this.answering = new Answering(vertx, bodies, "leat-incident-requests", 4);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .get("/v1/incidents")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> list(ctx)));
    router
        .get("/v1/incidents/:id")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> show(ctx)));
    // Before the actions, which would take it for one of theirs.
    router
        .post("/v1/incidents/:id/silence")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answerBody(ctx, 201, body -> silenceGroup(ctx, body)));
    router
        .post("/v1/incidents/:id/:action")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answerBody(ctx, 200, body -> act(ctx, body)));
    router
        .get("/v1/silences")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> listSilences(ctx)));
    router
        .post("/v1/silences")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answerBody(ctx, 201, body -> silence(ctx, body)));
    router
        .delete("/v1/silences/:id")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answer(ctx, 200, () -> cancel(ctx)));
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/incident.json");
  }

  private ObjectNode list(RoutingContext ctx) {
    Asked.requireKnown(ctx, FILTER);
    Set<State> states = new HashSet<>();
    String wanted = Asked.param(ctx, "state");
    if (wanted != null) {
      for (String one : wanted.split(",", -1)) {
        states.add(Asked.constant(State.class, "state", one));
      }
    }
    IncidentFilter filter =
        new IncidentFilter(
            states,
            Asked.param(ctx, "blueprint"),
            Asked.readable(Guard.principal(ctx), blueprints.get()),
            Asked.param(ctx, "detector"),
            Asked.param(ctx, "key"),
            Asked.param(ctx, "after"),
            Asked.limit(ctx));
    List<Incident> found = incidents.list(filter);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("incidents");
    found.forEach(one -> all.add(IncidentJson.of(one)));
    json.put("next", found.size() == filter.most() ? found.get(found.size() - 1).id() : null);
    return json;
  }

  private ObjectNode show(RoutingContext ctx) {
    IncidentDetail detail = incidents.show(ctx.pathParam("id"), SHOWN);
    Asked.requireRead(Guard.principal(ctx), detail.incident().blueprint());
    return IncidentJson.of(detail);
  }

  private ObjectNode act(RoutingContext ctx, byte[] body) {
    Action action = ACTIONS.get(ctx.pathParam("action"));
    if (action == null) {
      throw new LeatException(
          ErrorCode.NOT_FOUND,
          "One cannot '"
              + ctx.pathParam("action")
              + "' an incident; one can "
              + String.join(", ", new TreeSet<>(ACTIONS.keySet())));
    }
    String text = Asked.text(Asked.object(body, Set.of("text")), "text");
    String id = ctx.pathParam("id");
    Principal principal = Guard.principal(ctx);
    Asked.requireOperate(principal, incidents.show(id, 1).incident().blueprint());
    return IncidentJson.of(incidents.act(id, action, principal.name(), text));
  }

  private ObjectNode listSilences(RoutingContext ctx) {
    Asked.requireKnown(ctx, Set.of("limit"));
    Set<String> readable = Asked.readable(Guard.principal(ctx), blueprints.get());
    Instant now = clock.instant();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("silences");
    for (Silence silence : silences.list(readable, Asked.limit(ctx))) {
      all.add(IncidentJson.of(silence, now));
    }
    return json;
  }

  private ObjectNode silence(RoutingContext ctx, byte[] body) {
    ObjectNode asked = Asked.object(body, SILENCE);
    String blueprint = Asked.text(asked, "blueprint");
    if (!blueprints.get().contains(blueprint)) {
      throw Asked.bad("'blueprint' is '" + blueprint + "'; there is no such blueprint");
    }
    Asked.requireOperate(Guard.principal(ctx), blueprint);
    return silence(ctx, asked, blueprint, matchers(asked.path("matchers")));
  }

  private ObjectNode silenceGroup(RoutingContext ctx, byte[] body) {
    ObjectNode asked = Asked.object(body, GROUP_SILENCE);
    IncidentDetail incident = incidents.show(ctx.pathParam("id"), SHOWN);
    String blueprint = incident.incident().blueprint();
    Asked.requireOperate(Guard.principal(ctx), blueprint);
    return silence(ctx, asked, blueprint, silences.ofGroup(incident));
  }

  private ObjectNode silence(
      RoutingContext ctx, ObjectNode asked, String blueprint, List<AlertMatcher> matchers) {
    Instant starts = Asked.time(asked, "starts_at");
    Instant ends = Asked.time(asked, "ends_at");
    if (ends == null) {
      throw Asked.bad("'ends_at' is missing: a silence without an end is forgotten");
    }
    return IncidentJson.of(
        silences.create(
            blueprint,
            matchers,
            Guard.principal(ctx).name(),
            Asked.text(asked, "reason"),
            starts == null ? clock.instant() : starts,
            ends),
        clock.instant());
  }

  /**
   * A matcher is {@code {"field": "key", "equals": "d-1"}}, or with {@code regex} or {@code in}.
   */
  private static List<AlertMatcher> matchers(JsonNode array) {
    if (!array.isArray()) {
      throw Asked.bad("'matchers' must be an array of objects");
    }
    List<AlertMatcher> matchers = new ArrayList<>();
    for (JsonNode one : array) {
      String field = Asked.text(one, "field");
      List<AlertMatcher.Operation> operations = new ArrayList<>();
      for (AlertMatcher.Operation operation : AlertMatcher.Operation.values()) {
        if (one.has(operation.text())) {
          operations.add(operation);
        }
      }
      if (operations.size() != 1 || one.size() != 2) {
        throw Asked.bad("A matcher has a 'field' and one of 'equals', 'regex' and 'in'");
      }
      JsonNode value = one.path(operations.get(0).text());
      List<String> values = new ArrayList<>();
      if (value.isArray()) {
        value.forEach(element -> values.add(element.asText()));
      } else {
        values.add(value.asText());
      }
      matchers.add(new AlertMatcher(field, operations.get(0), values));
    }
    return matchers;
  }

  private ObjectNode cancel(RoutingContext ctx) {
    long id = Asked.number("id", ctx.pathParam("id"));
    Principal principal = Guard.principal(ctx);
    Asked.requireOperate(principal, silences.show(id).blueprint());
    return IncidentJson.of(silences.cancel(id, principal.name()), clock.instant());
  }

  @Override
  public void close() {
    answering.close();
  }
}
