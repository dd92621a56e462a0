package io.leat.action.incident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.incident.EventPattern;
import io.leat.rules.incident.EventPatterns;
import io.leat.rules.incident.InvalidPatternException;
import io.leat.rules.incident.RouteSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The routes of a blueprint: which targets an event goes to, and why. Thread-safe. */
public final class RouteTable implements AlertRouter {
  private final String blueprint;
  private final Map<String, RouteSpec> routes = new LinkedHashMap<>();
  private final Map<String, EventPattern> compiled = new LinkedHashMap<>();
  private final EventPatterns patterns;

  /**
   * Compiles the routes' patterns.
   *
   * @param specs of one blueprint, as its loader checked them
   * @throws IllegalArgumentException if one of the patterns is none
   */
  public RouteTable(String blueprint, Collection<RouteSpec> specs) {
    this.blueprint = blueprint;
    for (RouteSpec spec : specs) {
      routes.put(spec.name(), spec);
      String pattern = spec.pattern();
      if (pattern != null) {
        compiled.put(spec.name(), compile(spec.name(), pattern));
      }
    }
    this.patterns = new EventPatterns(compiled);
  }

  private static EventPattern compile(String route, String pattern) {
    try {
      return EventPattern.compile(pattern);
    } catch (InvalidPatternException e) {
      throw new IllegalArgumentException("route '" + route + "': " + e.getMessage(), e);
    }
  }

  /**
   * How a route judges an event.
   *
   * @param isTaken whether the event goes this way
   * @param mismatches the fields that keep it from that; none of {@code default}, which has no
   *     pattern
   */
  public record Judgement(
      RouteSpec route, boolean isTaken, List<EventPattern.Mismatch> mismatches) {
    public Judgement {
      mismatches = List.copyOf(mismatches);
    }
  }

  @Override
  public Set<String> targets(Alert alert) {
    return targets(taken(event(AlertJson.tree(alert))));
  }

  /** What patterns see of an alert, or of what stands for one. */
  public ObjectNode event(ObjectNode alert) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("source", "leat." + blueprint);
    event.put("detail-type", "incident");
    event.set("detail", alert);
    return event;
  }

  /** Each route with what it says to an event, in the order of the blueprint. */
  public List<Judgement> judge(ObjectNode event) {
    List<String> taken = taken(event);
    List<Judgement> judgements = new ArrayList<>();
    for (RouteSpec route : routes.values()) {
      EventPattern pattern = compiled.get(route.name());
      boolean isTaken = taken.contains(route.name());
      judgements.add(
          new Judgement(
              route, isTaken, pattern == null || isTaken ? List.of() : pattern.explain(event)));
    }
    return judgements;
  }

  private List<String> taken(JsonNode event) {
    List<String> matching = patterns.matching(event);
    return matching.isEmpty() ? List.of(RouteSpec.DEFAULT) : matching;
  }

  private Set<String> targets(List<String> taken) {
    Set<String> targets = new LinkedHashSet<>();
    for (String name : taken) {
      RouteSpec route = routes.get(name);
      if (route != null) {
        targets.addAll(route.to());
      }
    }
    return targets;
  }
}
