package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Units;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.rules.incident.RouteSpec;
import io.leat.rules.incident.TargetKind;
import io.leat.rules.incident.TargetSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Holds routes, targets and the incidents' policy against each other and the detectors. */
final class RoutingCheck {
  /** Options of a ServiceNow target that Event Management has no use for. */
  private static final List<String> OF_TICKETS =
      List.of("table", "assignment-group", "caller", "category", "close-code", "poll");

  private final RawBlueprint raw;
  private final Map<String, DetectorSpec> detectors;
  private final List<String> targets;
  private final Set<String> used = new HashSet<>();

  /**
   * @param detectors those without problems
   */
  RoutingCheck(RawBlueprint raw, Map<String, DetectorSpec> detectors) {
    this.raw = raw;
    this.detectors = detectors;
    this.targets = raw.routing().targets().stream().map(RawRouting.Target::name).toList();
  }

  /** The policy. */
  IncidentPolicy incidents() {
    RawRouting.Incidents incidents = raw.routing().incidents();
    if (incidents.at().isPresent() && !raw.hasAlerts()) {
      incidents.at().problem("there are no detectors, so no incidents.", "Remove it.");
    }
    List<IncidentPolicy.Escalation> escalations = new ArrayList<>();
    for (RawRouting.Escalation escalation : incidents.escalations()) {
      escalations.add(
          new IncidentPolicy.Escalation(escalation.after(), Set.copyOf(names(escalation.to()))));
    }
    return new IncidentPolicy(
        incidents.reopenWithin(),
        incidents.closeAfter(),
        incidents.keepFor(),
        incidents.flapChanges(),
        incidents.flapWithin(),
        escalations);
  }

  /** The routes without problems. */
  Map<String, RouteSpec> routes() {
    RoutePatternCheck patterns = new RoutePatternCheck(raw, detectors);
    Map<String, RouteSpec> routes = new LinkedHashMap<>();
    for (RawRouting.Route route : raw.routing().routes()) {
      if (!raw.hasAlerts()) {
        route.at().problem("there are no detectors, so nothing takes this route.", "Remove it.");
      }
      List<String> to = names(route.to());
      if (route.pattern() == null) {
        routes.put(route.name(), new RouteSpec(route.name(), null, to));
      } else {
        patterns
            .check(route.pattern())
            .ifPresent(json -> routes.put(route.name(), new RouteSpec(route.name(), json, to)));
      }
    }
    boolean hasDefault =
        raw.routing().routes().stream().anyMatch(r -> r.name().equals(RouteSpec.DEFAULT));
    if (raw.hasAlerts() && !hasDefault) {
      raw.routesAt()
          .problem(
              "'"
                  + RouteSpec.DEFAULT
                  + "' is missing: incidents that no route takes would be lost.",
              "Add 'default: {to: [<target>]}' to 'routes'.");
    }
    return routes;
  }

  /** The targets without problems; call it when whoever names targets has been looked at. */
  Map<String, TargetSpec> targets() {
    Map<String, TargetSpec> specs = new LinkedHashMap<>();
    for (RawRouting.Target target : raw.routing().targets()) {
      if (!used.contains(target.name())) {
        target
            .at()
            .problem("no route and no escalation leads to it.", "Name it in a 'to', or remove it.");
      }
      checkRetry(target);
      TargetKind kind = target.kind();
      if (kind != null && hasItsOptions(target, kind)) {
        specs.put(
            target.name(),
            new TargetSpec(
                target.name(), kind.yaml(), kind.complete(target.options()), target.limits()));
      }
    }
    return specs;
  }

  /** Names of targets that there are. */
  private List<String> names(List<Located> to) {
    List<String> names = new ArrayList<>();
    for (Located located : to) {
      String name = located.text();
      if (name == null) {
        continue;
      }
      if (!targets.contains(name)) {
        located.at().problem("'" + name + "' is not a target.", Suggestions.remedy(name, targets));
      } else if (names.contains(name)) {
        located.at().problem("'" + name + "' is named twice.", "Remove one of them.");
      } else {
        used.add(name);
        names.add(name);
      }
    }
    return names;
  }

  private static void checkRetry(RawRouting.Target target) {
    TargetSpec.Limits limits = target.limits();
    if (limits.firstRetry().compareTo(limits.mostRetry()) > 0) {
      target
          .retryAt()
          .problem(
              "'first: "
                  + Units.format(limits.firstRetry())
                  + "' is longer than 'most: "
                  + Units.format(limits.mostRetry())
                  + "'.",
              "Pauses grow from the first to the longest.");
    }
    if (limits.mostRetry().compareTo(limits.maxAge()) > 0) {
      target
          .retryAt()
          .problem(
              "'most: "
                  + Units.format(limits.mostRetry())
                  + "' is longer than 'max-age: "
                  + Units.format(limits.maxAge())
                  + "'.",
              "What waits so long is given up before it is tried again.");
    }
  }

  private boolean hasItsOptions(RawRouting.Target target, TargetKind kind) {
    List<String> known = kind.options().stream().map(TargetKind.Option::name).toList();
    target
        .optionsAt()
        .forEach(
            (name, at) -> {
              if (!known.contains(name)) {
                at.problem(
                    "a target of kind " + kind.yaml() + " has no '" + name + "'.",
                    known.isEmpty()
                        ? "Remove it."
                        : "It has " + String.join(", ", new TreeSet<>(known)) + ".");
              }
            });
    if (kind == TargetKind.SERVICENOW && "events".equals(target.options().get("api"))) {
      OF_TICKETS.forEach(
          name -> {
            Value at = target.optionsAt().get(name);
            if (at != null) {
              at.problem(
                  "is of tickets, and with 'api: events' Leat makes none.",
                  "Remove it, or write 'api: incident'.");
            }
          });
    }
    for (TargetKind.Option option : kind.options()) {
      if (option.required() && !target.optionsAt().containsKey(option.name())) {
        target
            .at()
            .problem(
                "'" + option.name() + "' is missing.",
                "A target of kind " + kind.yaml() + " needs it.");
      }
    }
    return target.options().size() == target.optionsAt().size();
  }
}
