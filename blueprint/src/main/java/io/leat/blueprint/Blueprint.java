package io.leat.blueprint;

import io.leat.event.Names;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.incident.IncidentPolicy;
import io.leat.rules.incident.RouteSpec;
import io.leat.rules.incident.TargetSpec;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A system described in YAML, JSON Schema and SQL: what {@link BlueprintLoader} makes of a folder
 * with a {@code blueprint.yaml}.
 *
 * @param name names topics and namespaces
 * @param owner the team that answers for it
 * @param description one sentence for people
 * @param tags for cost and search
 * @param streams by name, in the order of the file
 * @param removed names of streams that there were and that are no longer served; their topics and
 *     tables stay
 * @param detectors by name, in the order of the file
 * @param tables the tables of each entity's newest state, by name, in the order of the file
 * @param incidents what becomes of incidents as time passes
 * @param routes by name, in the order of the file; with {@link RouteSpec#DEFAULT} when there are
 *     detectors
 * @param targets by name, in the order of the file
 * @param files the sources of files, by name, in the order of the file
 * @param directory the folder it was read from
 */
public record Blueprint(
    String name,
    String owner,
    @Nullable String description,
    Map<String, String> tags,
    Map<String, StreamSpec> streams,
    Set<String> removed,
    Map<String, DetectorSpec> detectors,
    Map<String, HotTableSpec> tables,
    IncidentPolicy incidents,
    Map<String, RouteSpec> routes,
    Map<String, TargetSpec> targets,
    Map<String, FileSourceSpec> files,
    Path directory) {
  public Blueprint {
    tags = Map.copyOf(tags);
    removed = Set.copyOf(removed);
    streams = ordered(streams);
    detectors = ordered(detectors);
    tables = ordered(tables);
    routes = ordered(routes);
    targets = ordered(targets);
    files = ordered(files);
  }

  private static <T> Map<String, T> ordered(Map<String, T> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Whether something of it makes alerts: detectors, or sources of files. */
  public boolean hasAlerts() {
    return !detectors.isEmpty() || !files.isEmpty();
  }

  /** The topic of a stream of this blueprint. */
  public String topic(StreamSpec stream) {
    return Names.topic(name, stream.name());
  }
}
