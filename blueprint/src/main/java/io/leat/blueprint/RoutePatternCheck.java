package io.leat.blueprint;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.incident.EventPattern;
import io.leat.rules.incident.InvalidPatternException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds a route's pattern against what alerts have: a misspelt field or value would match nothing,
 * and nobody would be told.
 */
final class RoutePatternCheck {
  private static final String DETAIL = "detail";
  private static final List<String> TOP = List.of("source", "detail-type", DETAIL);

  private final RawBlueprint raw;

  /** The values that a field can have, by its path; of other fields nothing is known. */
  private final Map<String, Collection<String>> values = new HashMap<>();

  /** Fields below {@code labels} and {@code values}; empty when a detector has problems. */
  private final Map<String, Collection<String>> members = new HashMap<>();

  /**
   * @param detectors those without problems
   */
  RoutePatternCheck(RawBlueprint raw, Map<String, DetectorSpec> detectors) {
    this.raw = raw;
    List<String> files = raw.files().stream().map(RawFileSource::name).toList();
    values.put("source", List.of("leat." + raw.name()));
    values.put("detail-type", List.of("incident"));
    values.put("detail.blueprint", List.of(raw.name()));
    values.put("detail.severity", names(Severity.values()));
    values.put("detail.state", names(Alert.State.values()));
    Set<String> names = new TreeSet<>();
    raw.detectors().forEach(detector -> names.add(detector.name()));
    files.forEach(source -> names.add(FileSourceSpec.detector(source)));
    values.put("detail.detector", names);
    Set<String> labels = new TreeSet<>();
    raw.detectors().forEach(detector -> labels.addAll(detector.labels().keySet()));
    members.put("detail.labels", labels);
    if (detectors.size() == raw.detectors().size()) {
      Set<String> kinds = new TreeSet<>();
      Set<String> streams = new TreeSet<>();
      Set<String> measured = new TreeSet<>();
      for (DetectorSpec detector : detectors.values()) {
        kinds.add(detector.kind().yaml());
        streams.addAll(detector.streams());
        measured.addAll(detector.kind().values());
      }
      if (!files.isEmpty()) {
        kinds.add(FileSourceSpec.ALERT_KIND);
        streams.addAll(files);
        measured.addAll(FileSourceSpec.ALERT_VALUES);
      }
      values.put("detail.kind", kinds);
      values.put("detail.stream", streams);
      members.put("detail.values", measured);
    }
  }

  private static List<String> names(Enum<?>[] constants) {
    return Arrays.stream(constants).map(Value::nameOf).toList();
  }

  /** The pattern as JSON; empty, with problems, when it cannot be used. */
  Optional<String> check(Value at) {
    JsonNode pattern = at.json();
    if (pattern == null || !pattern.isObject()) {
      return Optional.empty();
    }
    try {
      EventPattern compiled = EventPattern.compile(pattern);
      if (raw.hasAlerts()) {
        fields(pattern, "", JsonPointer.empty(), at);
      }
      return Optional.of(compiled.json());
    } catch (InvalidPatternException e) {
      for (InvalidPatternException.Fault fault : e.faults()) {
        at.at(fault.at()).problem(fault.message(), fault.remedy());
      }
      return Optional.empty();
    }
  }

  private void fields(JsonNode object, String path, JsonPointer place, Value at) {
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = entry.getKey();
      JsonPointer here = place.appendProperty(name);
      if (name.equals("$or")) {
        for (int i = 0; i < entry.getValue().size(); i++) {
          fields(entry.getValue().get(i), path, here.appendIndex(i), at);
        }
        continue;
      }
      String field = path.isEmpty() ? name : path + "." + name;
      if (isKnown(field, path, name, at.at(here))) {
        if (entry.getValue().isObject()) {
          fields(entry.getValue(), field, here, at);
        } else {
          values(entry.getValue(), field, here, at);
        }
      }
    }
  }

  private boolean isKnown(String field, String path, String name, Value at) {
    Collection<String> known =
        path.isEmpty() ? TOP : path.equals(DETAIL) ? AlertJson.MEMBERS : members.get(path);
    // A name with dots names fields of fields: the library sees it so.
    if (known == null || known.contains(name) || name.contains(".")) {
      return true;
    }
    at.problem("no alert has '" + field + "'.", Suggestions.remedy(name, known));
    return false;
  }

  /** Only values that are written out are looked at, not matchers. */
  private void values(JsonNode list, String field, JsonPointer place, Value at) {
    Collection<String> known = values.get(field);
    for (int i = 0; known != null && i < list.size(); i++) {
      JsonNode value = list.get(i);
      if (value.isValueNode() && !known.contains(value.asText())) {
        at.at(place.appendIndex(i))
            .problem(
                "'" + value.asText() + "' is never the '" + field + "' of an alert.",
                Suggestions.remedy(value.asText(), known));
      }
    }
  }
}
