package io.leat.rules.incident;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.rules.incident.InvalidPatternException.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.event.ruler.Machine;

/**
 * A pattern in the language of Amazon EventBridge, over events that are JSON objects: each field
 * that it names must have one of the values in its list, {@code {"detail": {"severity":
 * ["critical", "major"]}}}. Besides what EventBridge knows, {@code {"$and": [...]}} in a field's
 * list stands for a value that all its matchers match, and {@code {"contains-all": [...]}} for an
 * array that has a value for each of them. Thread-safe.
 */
public final class EventPattern {
  /** Longer patterns are refused, as EventBridge does. */
  public static final int MOST_CHARACTERS = 4_096;

  /** More fields are refused. */
  public static final int MOST_FIELDS = 100;

  /** More {@code *} in all of a pattern are refused: they are what makes matching slow. */
  public static final int MOST_WILDCARDS = 30;

  /** More combinations of values are refused: each may be a state that is kept in memory. */
  public static final int MOST_COMBINATIONS = 10_000;

  static final String OR = "$or";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 200;

  private final JsonNode pattern;
  private final List<FieldMatcher> matchers;
  private final Machine machine;

  private EventPattern(JsonNode pattern) {
    this.pattern = pattern;
    this.matchers = FieldMatcher.of(pattern);
    this.machine = FieldMatcher.machine(FieldMatcher.withoutExtensions(pattern));
  }

  /**
   * A field that keeps an event from matching.
   *
   * @param field its path with dots; within {@code $or} with the branch: {@code detail.$or[0].key};
   *     empty when each field matches by itself, but not all in the same element of an array
   * @param wanted the values of the pattern, as JSON
   * @param found what the event has there, as JSON of at most 200 characters; {@code nothing} when
   *     it has no value
   */
  public record Mismatch(String field, String wanted, String found) {}

  /**
   * Compiles a pattern.
   *
   * @throws InvalidPatternException with everything that is wrong with it
   */
  public static EventPattern compile(String json) throws InvalidPatternException {
    try {
      return compile(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new InvalidPatternException(
          List.of(
              new Fault(
                  JsonPointer.empty(),
                  "is not JSON: " + PatternCheck.sentence(e.getOriginalMessage()),
                  "")));
    }
  }

  /** As {@link #compile(String)}. */
  public static EventPattern compile(JsonNode pattern) throws InvalidPatternException {
    List<Fault> faults = PatternCheck.faults(pattern);
    if (!faults.isEmpty()) {
      throw new InvalidPatternException(faults);
    }
    return new EventPattern(pattern.deepCopy());
  }

  /** The pattern as JSON. */
  public String json() {
    return pattern.toString();
  }

  /** How many combinations of values it allows: its weight, at most {@value #MOST_COMBINATIONS}. */
  public int complexity() {
    return Math.toIntExact(PatternCheck.complexity(pattern));
  }

  /**
   * Whether an event matches.
   *
   * @throws IllegalArgumentException if the event is not an object
   */
  public boolean matches(JsonNode event) {
    return !machine.rulesForJSONEvent(judged(event, matchers)).isEmpty();
  }

  /** Which fields keep an event from matching; empty when it matches. Slower than matching. */
  public List<Mismatch> explain(JsonNode event) {
    if (matches(event)) {
      return List.of();
    }
    List<Mismatch> mismatches = new ArrayList<>();
    explain(pattern, "", List.of(), event, mismatches);
    if (mismatches.isEmpty()) {
      mismatches.add(
          new Mismatch("", "all fields in one element of an array", "in several elements"));
    }
    return mismatches;
  }

  /** The event with the fields that stand for our own matchers. */
  static JsonNode judged(JsonNode event, List<FieldMatcher> matchers) {
    if (matchers.isEmpty() || !(event instanceof ObjectNode)) {
      return event;
    }
    ObjectNode copy = event.deepCopy();
    matchers.forEach(matcher -> matcher.judge(copy));
    return copy;
  }

  JsonNode library() {
    return FieldMatcher.withoutExtensions(pattern);
  }

  List<FieldMatcher> matchers() {
    return matchers;
  }

  /**
   * @param shown the place of {@code part} in the pattern
   * @param path the same as names of fields
   */
  private static void explain(
      JsonNode part, String shown, List<String> path, JsonNode event, List<Mismatch> out) {
    for (Map.Entry<String, JsonNode> field : part.properties()) {
      String name = field.getKey();
      String here = shown.isEmpty() ? name : shown + "." + name;
      JsonNode value = field.getValue();
      if (name.equals(OR)) {
        or(value, here, path, event, out);
        continue;
      }
      List<String> longer = new ArrayList<>(path);
      longer.add(name);
      if (value.isObject()) {
        explain(value, here, longer, event, out);
      } else if (!new EventPattern(wrapped(longer, value)).matches(event)) {
        out.add(new Mismatch(here, value.toString(), found(longer, event)));
      }
    }
  }

  /** Nothing when one of the branches matches; else what is wrong with each. */
  private static void or(
      JsonNode branches, String shown, List<String> path, JsonNode event, List<Mismatch> out) {
    List<Mismatch> all = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      List<Mismatch> one = new ArrayList<>();
      explain(branches.get(i), shown + "[" + i + "]", path, event, one);
      if (one.isEmpty()) {
        return;
      }
      all.addAll(one);
    }
    out.addAll(all);
  }

  private static JsonNode wrapped(List<String> path, JsonNode value) {
    JsonNode inner = value;
    for (int i = path.size() - 1; i >= 0; i--) {
      inner = JSON.createObjectNode().set(path.get(i), inner);
    }
    return inner;
  }

  private static String found(List<String> path, JsonNode event) {
    ArrayNode found = JSON.createArrayNode();
    collect(event, String.join(".", path).split("\\.", -1), 0, found);
    if (found.isEmpty()) {
      return "nothing";
    }
    String text = (found.size() == 1 ? found.get(0) : found).toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN - 1) + "…" : text;
  }

  private static void collect(JsonNode at, String[] path, int depth, ArrayNode found) {
    if (depth == path.length) {
      FieldMatcher.values(at).forEach(found::add);
    } else if (at.isArray()) {
      at.forEach(element -> collect(element, path, depth, found));
    } else {
      collect(at.path(path[depth]), path, depth + 1, found);
    }
  }

  @Override
  public String toString() {
    return json();
  }
}
