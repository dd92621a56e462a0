package io.leat.blueprint;

import io.leat.event.Names;
import java.nio.file.Path;
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
 * @param directory the folder it was read from
 */
public record Blueprint(
    String name,
    String owner,
    @Nullable String description,
    Map<String, String> tags,
    Map<String, StreamSpec> streams,
    Set<String> removed,
    Path directory) {
  public Blueprint {
    tags = Map.copyOf(tags);
    removed = Set.copyOf(removed);
    streams = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(streams));
  }

  /** The topic of a stream of this blueprint. */
  public String topic(StreamSpec stream) {
    return Names.topic(name, stream.name());
  }
}
