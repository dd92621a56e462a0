package io.leat.rules.incident;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.rules.incident.InvalidPatternException.Fault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.event.ruler.JsonRuleCompiler;

/**
 * Finds what is wrong with a pattern. The structure is looked at here, so that each mistake has its
 * place; what a matcher takes is asked of the library, matcher by matcher.
 */
final class PatternCheck {
  /** Matchers of the library, and ours. */
  static final List<String> MATCHERS =
      List.of(
          "prefix",
          "suffix",
          "equals-ignore-case",
          "anything-but",
          "numeric",
          "exists",
          "wildcard",
          "cidr",
          FieldMatcher.AND,
          FieldMatcher.CONTAINS_ALL);

  private static final List<String> EXTENSIONS =
      List.of(FieldMatcher.AND, FieldMatcher.CONTAINS_ALL);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OR = EventPattern.OR;

  private final List<Fault> faults = new ArrayList<>();
  private int wildcards;
  private int fields;

  private PatternCheck() {}

  /** All mistakes, in the order of the pattern; empty when it can be used. */
  static List<Fault> faults(JsonNode pattern) {
    PatternCheck check = new PatternCheck();
    if (!pattern.isObject()) {
      check.fault(JsonPointer.empty(), "is not an object.", "Write {field: [value]}.");
      return check.faults;
    }
    if (pattern.toString().length() > EventPattern.MOST_CHARACTERS) {
      check.fault(
          JsonPointer.empty(),
          "has more than " + EventPattern.MOST_CHARACTERS + " characters.",
          "Split it into several routes.");
      return check.faults;
    }
    // First: the library writes out all combinations of what it is asked about.
    if (complexity(pattern) > EventPattern.MOST_COMBINATIONS) {
      check.tooMuch(
          "more than " + EventPattern.MOST_COMBINATIONS + " combinations of values",
          EventPattern.MOST_COMBINATIONS);
      return check.faults;
    }
    check.object(pattern, JsonPointer.empty(), "", new HashSet<>());
    check.bounds();
    return check.faults;
  }

  private void bounds() {
    if (fields > EventPattern.MOST_FIELDS) {
      tooMuch(fields + " fields", EventPattern.MOST_FIELDS);
    }
    if (wildcards > EventPattern.MOST_WILDCARDS) {
      tooMuch(wildcards + " wildcards", EventPattern.MOST_WILDCARDS);
    }
  }

  private void tooMuch(String what, int most) {
    fault(
        JsonPointer.empty(),
        "has " + what + ".",
        "At most " + most + " are allowed: split it into several routes.");
  }

  /**
   * How many combinations of values the pattern allows: of the values of one field by those of the
   * next, summed over what {@code $or} has. So many states the library may keep. A part never has
   * more than the whole.
   */
  static long complexity(JsonNode pattern) {
    long product = 1;
    for (Map.Entry<String, JsonNode> field : pattern.properties()) {
      JsonNode value = field.getValue();
      long factor;
      if (field.getKey().equals(OR)) {
        factor = 0;
        for (JsonNode branch : value) {
          factor += complexity(branch);
        }
      } else {
        factor = value.isObject() ? complexity(value) : value.size();
      }
      product =
          Math.min(product * Math.max(1, Math.min(factor, Integer.MAX_VALUE)), Integer.MAX_VALUE);
    }
    return product;
  }

  /**
   * @param path the names that lead here, joined with dots as the library joins them
   * @param seen the fields that have values already: a second list would replace the first
   */
  private void object(JsonNode object, JsonPointer at, String path, Set<String> seen) {
    if (object.isEmpty()) {
      fault(at, "is empty.", "Name a field, or remove it.");
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      JsonPointer here = at.appendProperty(name);
      if (name.equals(OR)) {
        or(value, here, path, seen);
        continue;
      }
      if (!canBeAField(name)) {
        fault(
            here,
            "'" + name + "' cannot name a field.",
            EXTENSIONS.contains(name)
                ? "It stands among a field's values: {field: [{" + name + ": [...]}]}."
                : "");
        continue;
      }
      String field = path.isEmpty() ? name : path + "." + name;
      if (value.isObject()) {
        object(value, here, field, seen);
      } else if (value.isArray()) {
        values(value, here);
        if (!seen.add(field)) {
          fault(
              here,
              "'" + field + "' has values already.",
              "One list holds for a field: say 'this and that' with {$and: [...]}.");
        }
      } else {
        fault(here, value + " is neither a list nor a map.", "Write [" + value + "].");
      }
    }
  }

  private static boolean canBeAField(String name) {
    return !name.startsWith("$")
        && !EXTENSIONS.contains(name)
        && !name.isBlank()
        && name.chars().allMatch(c -> c >= ' ');
  }

  private void or(JsonNode branches, JsonPointer at, String path, Set<String> seen) {
    if (!branches.isArray() || branches.size() < 2) {
      fault(at, "is not a list of two or more maps.", "Write [{a: [...]}, {b: [...]}].");
      return;
    }
    Set<String> all = new HashSet<>();
    for (int i = 0; i < branches.size(); i++) {
      JsonPointer here = at.appendIndex(i);
      if (!branches.get(i).isObject()) {
        fault(here, branches.get(i) + " is not a map.", "Write {field: [value]}.");
        continue;
      }
      Set<String> within = new HashSet<>(seen);
      object(branches.get(i), here, path, within);
      if (faults.isEmpty()) {
        library(wrapped(branches, i), here);
      }
      all.addAll(within);
    }
    seen.addAll(all);
  }

  /** The branch as the library sees it: it keeps some names for itself there. */
  private static JsonNode wrapped(JsonNode branches, int one) {
    ObjectNode other = JSON.createObjectNode();
    other.putArray("other").add(1);
    ObjectNode pattern = JSON.createObjectNode();
    pattern.putArray(OR).add(FieldMatcher.withoutExtensions(branches.get(one))).add(other);
    return pattern;
  }

  private void values(JsonNode values, JsonPointer at) {
    fields++;
    if (values.isEmpty()) {
      fault(at, "is empty, so that no value is allowed.", "Name the values, or remove it.");
    }
    for (int i = 0; i < values.size(); i++) {
      JsonPointer here = at.appendIndex(i);
      JsonNode value = values.get(i);
      if (value.isObject() && FieldMatcher.isOne(value) && values.size() > 1) {
        fault(
            here,
            "'" + value.fieldNames().next() + "' stands beside other values.",
            "Let it stand alone in its list; say 'or' with $or.");
      } else {
        value(value, here, true);
      }
    }
  }

  private void value(JsonNode value, JsonPointer at, boolean isTop) {
    if (value.isArray()) {
      fault(at, "is a list in a list.", "Write the values themselves.");
      return;
    }
    if (value.isObject()) {
      if (value.size() != 1) {
        fault(at, "has " + value.size() + " matchers, not one.", "Write one map for each.");
        return;
      }
      String name = value.fieldNames().next();
      if (!MATCHERS.contains(name)) {
        fault(
            at.appendProperty(name),
            "'" + name + "' is not a matcher.",
            "Known here: " + String.join(", ", MATCHERS) + ".");
        return;
      }
      if (FieldMatcher.isOne(value)) {
        extension(value.path(name), at.appendProperty(name), isTop);
        return;
      }
      if (name.equals("exists") && !isTop) {
        fault(
            at.appendProperty(name),
            "'exists' cannot be a part of another matcher.",
            "What has a value exists: remove it.");
        return;
      }
      count(value);
    }
    library(JSON.createObjectNode().set("field", JSON.createArrayNode().add(value)), at);
  }

  private void extension(JsonNode parts, JsonPointer at, boolean isTop) {
    if (!isTop) {
      fault(at, "is a part of another matcher.", "Write its parts there.");
      return;
    }
    if (!parts.isArray() || parts.isEmpty()) {
      fault(at, "is not a list of values or matchers.", "Write [{prefix: a}, {suffix: b}].");
      return;
    }
    for (int i = 0; i < parts.size(); i++) {
      value(parts.get(i), at.appendIndex(i), false);
    }
  }

  /** Wildcards are what makes matching slow: each is a place where the match may begin anew. */
  private void count(JsonNode matcher) {
    for (JsonNode wildcard : matcher.findValues("wildcard")) {
      for (JsonNode text : wildcard.isArray() ? wildcard : List.of(wildcard)) {
        wildcards += (int) text.asText().chars().filter(c -> c == '*').count();
      }
    }
  }

  private void library(JsonNode pattern, JsonPointer at) {
    String error = JsonRuleCompiler.check(pattern.toString());
    if (error != null) {
      fault(at, "cannot be used: " + sentence(error), "");
    }
  }

  /** What a parser says, without where: its text is not the user's. */
  static String sentence(String error) {
    String first = error.lines().findFirst().orElse("");
    String cause = first.replaceFirst("\\(?(start marker )?at \\[Source.*", "").strip();
    return cause.endsWith(".") ? cause : cause + ".";
  }

  private void fault(JsonPointer at, String message, String remedy) {
    faults.add(new Fault(at, message, remedy));
  }
}
