package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.incident.RouteSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the structure of {@code tables}, {@code incidents}, {@code routes} and {@code targets}, as
 * {@code blueprint.schema.json} describes it.
 */
final class RoutingReader {
  private static final int MAX_TABLES = 20;
  private static final int MAX_COLUMNS = 100;
  private static final int MAX_ROUTES = 200;
  private static final int MAX_ESCALATIONS = 10;
  private static final int MAX_TO = 20;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration MONTH = Duration.ofDays(30);
  private static final Duration DECADE = Duration.ofDays(3_650);

  private RoutingReader() {}

  static RawRouting read(Section root) {
    return new RawRouting(
        tables(root.optional("tables")),
        incidents(root.optional("incidents")),
        routes(root.optional("routes")),
        TargetReader.read(root.optional("targets")));
  }

  private static List<RawRouting.Table> tables(Value value) {
    List<RawRouting.Table> tables = new ArrayList<>();
    value.section().values().forEach((name, at) -> tables.add(table(name, at)));
    if (tables.size() > MAX_TABLES) {
      value.problem("has " + tables.size() + " tables.", "At most " + MAX_TABLES + " are allowed.");
    }
    return tables;
  }

  private static RawRouting.Table table(String name, Value at) {
    BlueprintReader.refuseUnnamed(name, at);
    Section section = at.section();
    Located key =
        BlueprintReader.located(
            section.required("key", "Name the key of its streams: 'key: <property>'."));
    Value fromAt =
        section.required("from", "Name streams and columns: 'from: {<stream>: [<column>]}'.");
    Section from = fromAt.section();
    Map<String, RawRouting.Columns> columns = new LinkedHashMap<>();
    from.values()
        .forEach(
            (stream, list) ->
                columns.put(
                    stream,
                    new RawRouting.Columns(
                        list,
                        list.list(MAX_COLUMNS).stream().map(BlueprintReader::located).toList())));
    if (from.isPresent() && columns.isEmpty()) {
      fromAt.problem("names no stream.", "Add at least one: '<stream>: [<column>]'.");
    }
    RawRouting.Table raw =
        new RawRouting.Table(
            name,
            at,
            key,
            columns,
            BlueprintReader.located(section.optional("online")),
            section
                .optional("ttl")
                .duration(Duration.ofDays(90), Duration.ofHours(1), Duration.ofDays(3_650)));
    section.refuseUnknown();
    return raw;
  }

  private static RawRouting.Incidents incidents(Value at) {
    Section section = at.section();
    Section flap = section.optional("flap").section();
    List<RawRouting.Escalation> escalations = new ArrayList<>();
    for (Value item : section.optional("escalate").list(MAX_ESCALATIONS)) {
      Section escalation = item.section();
      escalations.add(
          new RawRouting.Escalation(
              escalation
                  .required("after", "Say how long nobody may answer: 'after: 15m'.")
                  .duration(MINUTE, MINUTE, MONTH),
              to(escalation)));
      escalation.refuseUnknown();
    }
    RawRouting.Incidents raw =
        new RawRouting.Incidents(
            at,
            section.optional("reopen-within").duration(Duration.ofMinutes(30), SECOND, MONTH),
            section.optional("close-after").duration(DAY, MINUTE, Duration.ofDays(365)),
            section.optional("keep-for").duration(Duration.ofDays(400), MONTH, DECADE),
            flap.optional("changes").integer(5, 2, 1_000),
            flap.optional("within").duration(Duration.ofMinutes(10), SECOND, DAY),
            escalations);
    flap.refuseUnknown();
    section.refuseUnknown();
    return raw;
  }

  private static List<RawRouting.Route> routes(Value value) {
    List<RawRouting.Route> routes = new ArrayList<>();
    value.section().values().forEach((name, at) -> routes.add(route(name, at)));
    if (routes.size() > MAX_ROUTES) {
      value.problem("has " + routes.size() + " routes.", "At most " + MAX_ROUTES + " are allowed.");
    }
    return routes;
  }

  private static RawRouting.Route route(String name, Value at) {
    BlueprintReader.refuseUnnamed(name, at);
    Section section = at.section();
    Value pattern = null;
    if (!name.equals(RouteSpec.DEFAULT)) {
      pattern =
          section.required(
              "pattern", "Say which incidents: 'pattern: {detail: {severity: [critical]}}'.");
      pattern.section();
    }
    RawRouting.Route raw = new RawRouting.Route(name, at, pattern, to(section));
    section.refuseUnknown();
    return raw;
  }

  /** Names of targets, at least one. */
  private static List<Located> to(Section section) {
    Value to = section.required("to", "Name targets: 'to: [<target>]'.");
    if (to.isEmptyList()) {
      to.problem("is empty.", "Name at least one target.");
    }
    return to.list(MAX_TO).stream().map(BlueprintReader::located).toList();
  }
}
