package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.incident.TargetKind;
import io.leat.rules.incident.TargetSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What becomes of alerts, each part by itself. */
record RawRouting(
    List<Table> tables, Incidents incidents, List<Route> routes, List<Target> targets) {

  record Table(
      String name,
      Value at,
      Located key,
      Map<String, Columns> from,
      Located online,
      Duration ttl) {}

  record Columns(Value at, List<Located> names) {}

  record Incidents(
      Value at,
      Duration reopenWithin,
      Duration closeAfter,
      Duration keepFor,
      int flapChanges,
      Duration flapWithin,
      List<Escalation> escalations) {}

  record Escalation(Duration after, List<Located> to) {}

  /**
   * @param pattern null for the default route
   */
  record Route(String name, Value at, @Nullable Value pattern, List<Located> to) {}

  /**
   * @param kind null when it is missing or wrong
   * @param options what was given, by name, as text
   * @param optionsAt where each stands, also those whose text was refused
   */
  record Target(
      String name,
      Value at,
      @Nullable TargetKind kind,
      Map<String, String> options,
      Map<String, Value> optionsAt,
      TargetSpec.Limits limits,
      Value retryAt) {}
}
