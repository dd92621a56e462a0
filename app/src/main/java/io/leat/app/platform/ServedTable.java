package io.leat.app.platform;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.HotTableSpec;
import io.leat.blueprint.StreamSpec;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Principal;
import io.leat.rules.detect.DetectorSpec;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import io.leat.state.HotTable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** A table of newest states with the blueprint that declares it. */
record ServedTable(Blueprint blueprint, HotTableSpec spec) {
  /**
   * Finds a table.
   *
   * @param name {@code blueprint.table}
   * @throws LeatException NOT_FOUND when there is none, FORBIDDEN when it is made of streams that
   *     the client does not read
   */
  static ServedTable find(Collection<Blueprint> blueprints, String name, Principal principal) {
    Map<String, ServedTable> all = new TreeMap<>();
    for (Blueprint blueprint : blueprints) {
      for (HotTableSpec spec : blueprint.tables().values()) {
        all.put(blueprint.name() + "." + spec.name(), new ServedTable(blueprint, spec));
      }
    }
    ServedTable found = all.get(name);
    if (found == null) {
      throw new LeatException(
          ErrorCode.NOT_FOUND,
          ("There is no table '" + name + "'. " + Suggestions.remedy(name, all.keySet())).strip());
    }
    for (String stream : found.sources()) {
      if (!principal.mayRead(found.blueprint.name() + "." + stream)) {
        throw new LeatException(
            ErrorCode.FORBIDDEN,
            "The client '"
                + principal.name()
                + "' may not read the table '"
                + name
                + "': it is made of the stream '"
                + found.blueprint.name()
                + "."
                + stream
                + "'");
      }
    }
    return found;
  }

  /** Whoever sees it sees something of each of these streams. */
  private Collection<String> sources() {
    TreeSet<String> sources = new TreeSet<>(spec.from().keySet());
    DetectorSpec online = spec.online() == null ? null : blueprint.detectors().get(spec.online());
    if (online != null) {
      sources.addAll(online.streams());
    }
    return sources;
  }

  String name() {
    return blueprint.name() + "." + spec.name();
  }

  /** For looking it up. */
  HotTable table() {
    return new HotTable(
        blueprint.name(),
        spec.name(),
        spec.from().keySet().stream().toList(),
        blueprint.streams().values().stream()
            .filter(stream -> stream.key().equals(spec.key()))
            .map(StreamSpec::name)
            .toList(),
        spec.online());
  }

  /** The type of each of its columns. */
  Map<String, ColumnType> types() {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    spec.from()
        .forEach(
            (stream, names) -> {
              for (Column column :
                  Objects.requireNonNull(blueprint.streams().get(stream), stream)
                      .schema()
                      .columns()) {
                if (names.contains(column.name())) {
                  types.put(column.name(), column.type());
                }
              }
            });
    return types;
  }

  /** The stream that a column comes from. */
  String streamOf(String column) {
    return spec.from().entrySet().stream()
        .filter(one -> one.getValue().contains(column))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }
}
