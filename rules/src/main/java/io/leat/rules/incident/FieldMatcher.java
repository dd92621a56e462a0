package io.leat.rules.incident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import software.amazon.event.ruler.Machine;

/**
 * What the library does not know: {@code {"$and": [...]}}, one value that several matchers match,
 * and {@code {"contains-all": [...]}}, an array in which each matcher finds a value. The pattern
 * asks instead for a field of our own that stands beside the judged one, and which {@link #judge}
 * sets in the event; so arrays of objects are judged as the library judges them.
 */
final class FieldMatcher {
  static final String AND = "$and";
  static final String CONTAINS_ALL = "contains-all";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VALUE = "v";

  private final List<String> path;
  private final String stand;
  private final boolean isOfOneValue;
  private final List<Machine> parts = new ArrayList<>();

  /**
   * @param path the names that lead to the object that has the field, and the field's
   */
  private FieldMatcher(List<String> path, JsonNode matcher) {
    this.path = path;
    String kind = matcher.fieldNames().next();
    this.isOfOneValue = kind.equals(AND);
    this.stand = stand(path.get(path.size() - 1), matcher);
    for (JsonNode part : matcher.path(kind)) {
      ObjectNode pattern = JSON.createObjectNode();
      pattern.putArray(VALUE).add(part);
      parts.add(machine(pattern));
    }
  }

  /** Whether a value of a pattern is one of these. */
  static boolean isOne(JsonNode value) {
    return value.size() == 1 && (value.has(AND) || value.has(CONTAINS_ALL));
  }

  /** The pattern in the library's own language. */
  static ObjectNode withoutExtensions(JsonNode pattern) {
    return rewritten(pattern, List.of(), new ArrayList<>());
  }

  /** All in a pattern. */
  static List<FieldMatcher> of(JsonNode pattern) {
    List<FieldMatcher> found = new ArrayList<>();
    rewritten(pattern, List.of(), found);
    return List.copyOf(found);
  }

  private static ObjectNode rewritten(
      JsonNode pattern, List<String> path, List<FieldMatcher> found) {
    ObjectNode copy = JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> field : pattern.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (name.equals(EventPattern.OR) && value.isArray()) {
        ArrayNode branches = copy.putArray(name);
        value.forEach(branch -> branches.add(rewritten(branch, path, found)));
      } else if (value.isObject()) {
        copy.set(name, rewritten(value, with(path, name), found));
      } else if (value.size() == 1 && isOne(value.path(0))) {
        found.add(new FieldMatcher(with(path, name), value.path(0)));
        copy.putArray(stand(name, value.path(0))).add(true);
      } else {
        copy.set(name, value);
      }
    }
    return copy;
  }

  /** The library takes a dot in a name for a step. */
  private static List<String> with(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.addAll(List.of(name.split("\\.", -1)));
    return List.copyOf(longer);
  }

  /** The same for the same matcher on the same field, so that many patterns can share an event. */
  private static String stand(String name, JsonNode matcher) {
    byte[] text = matcher.toString().getBytes(StandardCharsets.UTF_8);
    return name + '\u0001' + UUID.nameUUIDFromBytes(text);
  }

  static Machine machine(JsonNode pattern) {
    Machine machine = Machine.builder().build();
    add(machine, "", pattern);
    return machine;
  }

  static void add(Machine machine, String name, JsonNode pattern) {
    try {
      machine.addRule(name, pattern.toString());
    } catch (IOException e) {
      throw new IllegalStateException("a checked pattern cannot be used", e);
    }
  }

  /** The same for two that judge the same field alike. */
  String place() {
    return String.join(".", path.subList(0, path.size() - 1)) + '.' + stand;
  }

  /** Says in the event, wherever the field may be, whether it matches. */
  void judge(ObjectNode event) {
    judge(event, 0);
  }

  private void judge(JsonNode at, int depth) {
    if (at.isArray()) {
      at.forEach(element -> judge(element, depth));
    } else if (at instanceof ObjectNode object) {
      JsonNode next = object.path(path.get(depth));
      if (depth < path.size() - 1) {
        judge(next, depth + 1);
      } else {
        object.put(stand, matches(values(next)));
      }
    }
  }

  private boolean matches(List<JsonNode> values) {
    return isOfOneValue
        ? values.stream().anyMatch(v -> parts.stream().allMatch(matching(v)))
        : parts.stream().allMatch(part -> values.stream().anyMatch(v -> matching(v).test(part)));
  }

  private static Predicate<Machine> matching(JsonNode value) {
    JsonNode event = JSON.createObjectNode().set(VALUE, value);
    return part -> !part.rulesForJSONEvent(event).isEmpty();
  }

  /** A field's values, those of arrays in arrays among them; objects are none. */
  static List<JsonNode> values(JsonNode field) {
    List<JsonNode> values = new ArrayList<>();
    if (field.isArray()) {
      field.forEach(element -> values.addAll(values(element)));
    } else if (field.isValueNode()) {
      values.add(field);
    }
    return values;
  }
}
