package io.leat.app.incidents;

import io.leat.action.delivery.DeliveryTarget;
import io.leat.action.incident.IncidentRules;
import io.leat.action.incident.RouteTable;
import io.leat.action.intake.AlertIntake;
import io.leat.blueprint.Blueprint;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.incident.TargetSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The incidents of one blueprint: its rules, its alerts' intake, its targets. */
final class BlueprintIncidents implements AutoCloseable {
  private final String name;
  private final Function<DeliveryTarget, RunningTarget> starting;
  private final Function<TargetSpec, DeliveryTarget> opening;
  private final Map<String, RunningTarget> targets = new ConcurrentHashMap<>();
  private volatile RouteTable table;
  private volatile IncidentRules rules;
  private volatile @Nullable AlertIntake intake;
  private int epoch;

  /**
   * Made; {@link #follow} begins.
   *
   * @param blueprint with detectors or sources of files
   * @param opening makes what speaks to a target
   * @param starting has it delivered to
   */
  BlueprintIncidents(
      Blueprint blueprint,
      Function<TargetSpec, DeliveryTarget> opening,
      Function<DeliveryTarget, RunningTarget> starting) {
    this.name = blueprint.name();
    this.opening = opening;
    this.starting = starting;
    this.table = table(blueprint);
    this.rules = rules(blueprint, table);
  }

  private static RouteTable table(Blueprint blueprint) {
    return new RouteTable(blueprint.name(), blueprint.routes().values());
  }

  private static IncidentRules rules(Blueprint blueprint, RouteTable table) {
    Map<String, List<String>> groupBy =
        blueprint.detectors().values().stream()
            .collect(Collectors.toMap(DetectorSpec::name, DetectorSpec::groupBy));
    // What is wrong with the files of a source is one incident.
    blueprint
        .files()
        .keySet()
        .forEach(source -> groupBy.put(FileSourceSpec.detector(source), List.of("detector")));
    return new IncidentRules(blueprint.incidents(), groupBy, table);
  }

  /**
   * Puts a blueprint into effect: targets that changed are closed and opened anew, the others go on
   * undisturbed. After a failure it is to be called again.
   *
   * @param alertsEpoch of the topic of alerts
   * @param intakes makes the intake of an epoch
   */
  void follow(Blueprint blueprint, int alertsEpoch, Function<Integer, AlertIntake> intakes) {
    Map<String, TargetSpec> wanted = blueprint.targets();
    // First, so that no incident goes to a target any more to which nobody delivers.
    RouteTable next = table(blueprint);
    table = next;
    rules = rules(blueprint, next);
    for (RunningTarget running : List.copyOf(targets.values())) {
      TargetSpec spec = running.target().spec();
      if (!spec.equals(wanted.get(spec.name()))) {
        targets.remove(spec.name());
        running.close();
      }
    }
    for (TargetSpec spec : wanted.values()) {
      if (!targets.containsKey(spec.name())) {
        targets.put(spec.name(), starting.apply(opening.apply(spec)));
      }
    }
    if (intake == null || epoch != alertsEpoch) {
      stopIntake();
      AlertIntake begun = intakes.apply(alertsEpoch);
      intake = begun;
      epoch = alertsEpoch;
      begun.start();
    }
  }

  IncidentRules rules() {
    return rules;
  }

  RouteTable table() {
    return table;
  }

  /** How its alerts come in. */
  AlertsIn alerts() {
    AlertIntake running = intake;
    return running == null
        ? new AlertsIn(0, "the alerts of " + name + " are not read")
        : new AlertsIn(running.waiting(), running.problem().orElse(null));
  }

  /** As they are now. */
  Collection<DeliveryTarget> targets() {
    Map<String, DeliveryTarget> all = new LinkedHashMap<>();
    targets.forEach((name, running) -> all.put(name, running.target()));
    return all.values();
  }

  private void stopIntake() {
    AlertIntake running = intake;
    intake = null;
    if (running != null) {
      running.close();
    }
  }

  /** First what makes incidents, then what tells of them. */
  @Override
  public void close() {
    stopIntake();
    List<RunningTarget> all = new ArrayList<>(targets.values());
    targets.clear();
    all.forEach(RunningTarget::close);
  }
}
