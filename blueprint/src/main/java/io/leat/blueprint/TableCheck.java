package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.schema.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds a table's parts against the streams and detectors. */
final class TableCheck {
  private final RawRouting.Table raw;
  private final KnownStreams streams;
  private final Map<String, DetectorSpec> detectors;
  private final List<String> declared;

  private TableCheck(
      RawRouting.Table raw,
      KnownStreams streams,
      Map<String, DetectorSpec> detectors,
      List<String> declared) {
    this.raw = raw;
    this.streams = streams;
    this.detectors = detectors;
    this.declared = declared;
  }

  /**
   * The table; empty when a part without which there is none has problems.
   *
   * @param detectors those without problems
   * @param declared the names of all detectors
   */
  static Optional<HotTableSpec> check(
      RawRouting.Table raw,
      KnownStreams streams,
      Map<String, DetectorSpec> detectors,
      List<String> declared) {
    return new TableCheck(raw, streams, detectors, declared).check();
  }

  private Optional<HotTableSpec> check() {
    Map<String, List<String>> from = new LinkedHashMap<>();
    Map<String, String> owners = new HashMap<>();
    raw.from().forEach((name, columns) -> from(name, columns, from, owners));
    String online = online();
    return raw.key().text() == null || from.size() < raw.from().size()
        ? Optional.empty()
        : Optional.of(new HotTableSpec(raw.name(), raw.key().text(), from, online, raw.ttl()));
  }

  private void from(
      String name,
      RawRouting.Columns columns,
      Map<String, List<String>> from,
      Map<String, String> owners) {
    StreamSpec stream = streams.find(name, columns.at());
    if (stream == null) {
      return;
    }
    String key = raw.key().text();
    if (key != null && !stream.key().equals(key)) {
      columns
          .at()
          .problem(
              "the key of '" + name + "' is '" + stream.key() + "', not '" + key + "'.",
              "A table has streams about the same entities.");
    }
    List<String> names = new ArrayList<>();
    for (Located located : columns.names()) {
      Column column =
          ColumnCheck.column(located, stream.schema(), stream.schemaFile(), "a table's column");
      if (column != null && isOwn(column.name(), name, located, owners)) {
        names.add(column.name());
      }
    }
    from.put(name, names);
  }

  private boolean isOwn(String column, String stream, Located located, Map<String, String> owners) {
    if (column.equals(raw.key().text()) || HotTableSpec.OWN.contains(column)) {
      located.at().problem("each row has a '" + column + "' of its own.", "Remove it.");
      return false;
    }
    String other = owners.putIfAbsent(column, stream);
    if (other != null) {
      located
          .at()
          .problem("'" + column + "' comes from '" + other + "' already.", "Remove one of them.");
    }
    return other == null;
  }

  /** The detector that knows who is offline. */
  private @Nullable String online() {
    List<String> silent = new ArrayList<>();
    for (DetectorSpec detector : detectors.values()) {
      if (detector.kind() instanceof DetectorKind.Silence) {
        silent.add(detector.name());
      }
    }
    String name = raw.online().text();
    if (name == null) {
      if (silent.size() > 1 && !raw.online().at().isPresent()) {
        raw.at()
            .problem(
                "'online' is missing: " + String.join(", ", silent) + " all look for silence.",
                "Say which of them tells who is offline: 'online: " + silent.get(0) + "'.");
      }
      if (silent.size() != 1) {
        return null;
      }
      name = silent.get(0);
    }
    DetectorSpec detector = detectors.get(name);
    if (detector == null) {
      if (!declared.contains(name)) {
        raw.online()
            .at()
            .problem("'" + name + "' is not a detector.", Suggestions.remedy(name, silent));
      }
      return null;
    }
    if (!(detector.kind() instanceof DetectorKind.Silence)) {
      raw.online()
          .at()
          .problem("'" + name + "' does not look for silence.", Suggestions.remedy(name, silent));
      return null;
    }
    return name;
  }
}
