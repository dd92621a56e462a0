package io.leat.rules.incident;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Ruler;

/** What holds for any pattern and any event; {@code -Dleat.seed=N} repeats. */
class EventPatternPropertiesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES = List.of("a", "b", "c");
  private static final List<String> VALUES =
      List.of("\"x\"", "\"xy\"", "\"y\"", "\"yx\"", "1", "2", "true", "null");
  private static final List<String> MATCHERS =
      List.of(
          "{\"prefix\": \"x\"}",
          "{\"suffix\": \"x\"}",
          "{\"anything-but\": [\"x\"]}",
          "{\"anything-but\": {\"prefix\": \"y\"}}",
          "{\"numeric\": [\">\", 1]}",
          "{\"equals-ignore-case\": \"XY\"}",
          "{\"wildcard\": \"*y*\"}");
  private static final List<String> ODD =
      List.of(
          "{}",
          "[]",
          "1",
          "\"$or\"",
          "{\"exists\": 1}",
          "{\"exists\": false}",
          "{\"a\": [1]}",
          "{\"anything-but\": [1, \"x\"]}",
          "{\"anything-but\": null}",
          "{\"prefix\": {}}",
          "{\"prefix\": {\"equals-ignore-case\": \"A\"}}",
          "{\"numeric\": [\"=\", 9e99]}",
          "{\"numeric\": [\"<\", 1, \">\", 2]}",
          "{\"numeric\": []}",
          "{\"cidr\": \"10.0.0.0/8\"}",
          "{\"cidr\": \"x\"}",
          "{\"wildcard\": \"\\\\\"}",
          "{\"wildcard\": []}",
          "{\"anything-but\": {\"wildcard\": [\"**\"]}}",
          "{\"anything-but\": {\"suffix\": \"\"}}",
          "{\"$and\": [[1]]}",
          "{\"contains-all\": [{\"prefix\": \"\"}]}",
          "\"\\u0001\"");

  private final long seed = Long.getLong("leat.seed", 20_261_121L);
  private final Random random = new Random(seed);

  @Test
  void manyAtOnceMatchAsEachByItself() throws Exception {
    for (int round = 0; round < 100; round++) {
      Map<String, EventPattern> patterns = new LinkedHashMap<>();
      for (int i = 0; i < 20; i++) {
        patterns.put("p" + i, EventPattern.compile(pattern(2)));
      }
      EventPatterns all = new EventPatterns(patterns);
      for (int i = 0; i < 20; i++) {
        JsonNode event = event(3);
        List<String> expected = new ArrayList<>();
        patterns.forEach(
            (name, pattern) -> {
              if (pattern.matches(event)) {
                expected.add(name);
              }
            });

        assertThat(all.matching(event))
            .as("seed %d: %s %s", seed, patterns, event)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void anExplanationIsEmptyExactlyWhenThereIsAMatch() throws Exception {
    int matched = 0;
    for (int round = 0; round < 3_000; round++) {
      EventPattern pattern = EventPattern.compile(pattern(2));
      JsonNode event = event(3);
      boolean matches = pattern.matches(event);

      assertThat(pattern.explain(event).isEmpty())
          .as("seed %d: %s %s", seed, pattern, event)
          .isEqualTo(matches);
      matched += matches ? 1 : 0;
    }
    assertThat(matched).isBetween(100, 2_900);
  }

  /** Each way to say a single matcher is the same; so ours are held against the library's own. */
  @Test
  void anExtensionOfOnePartIsThatPart() throws Exception {
    int matched = 0;
    for (int round = 0; round < 3_000; round++) {
      String field = random.nextBoolean() ? "\"a\"" : "\"a.b\"";
      String part = one(random.nextBoolean() ? VALUES : MATCHERS);
      String other = ",\"c\":[" + one(VALUES) + "," + one(MATCHERS) + "]}";
      JsonNode event = event(3);
      boolean plain = Ruler.matchesRule(event.toString(), "{" + field + ":[" + part + "]" + other);

      for (String kind : List.of("$and", "contains-all")) {
        String extended = "{" + field + ":[{\"" + kind + "\":[" + part + "]}]" + other;
        assertThat(EventPattern.compile(extended).matches(event))
            .as("seed %d: %s %s", seed, extended, event)
            .isEqualTo(plain);
      }
      matched += plain ? 1 : 0;
    }
    assertThat(matched).isBetween(30, 2_900);
  }

  @Test
  void whatTheLibraryRefusesIsRefusedWithItsPlace() throws Exception {
    int refused = 0;
    for (int round = 0; round < 5_000; round++) {
      ObjectNode pattern = pattern(2);
      spoil(pattern);
      String library = JsonRuleCompiler.check(withoutOurs(pattern).toString());
      try {
        EventPattern.compile(pattern);
        assertThat(library).as("seed %d: %s", seed, pattern).isNull();
      } catch (InvalidPatternException e) {
        assertThat(e.faults()).isNotEmpty();
        for (InvalidPatternException.Fault fault : e.faults()) {
          assertThat(pattern.at(fault.at()).isMissingNode())
              .as("seed %d: %s in %s", seed, fault, pattern)
              .isFalse();
        }
        refused++;
      }
    }
    assertThat(refused).isBetween(500, 4_900);
  }

  /** Without our own matchers, of which the library knows nothing. */
  private static JsonNode withoutOurs(JsonNode node) {
    JsonNode copy = node.deepCopy();
    if (copy instanceof ObjectNode object) {
      node.properties().forEach(e -> object.set(e.getKey(), withoutOurs(e.getValue())));
    } else if (copy instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode item = node.get(i);
        boolean isOurs = item.isObject() && FieldMatcher.isOne(item);
        array.set(i, isOurs ? JSON.getNodeFactory().textNode("ours") : withoutOurs(item));
      }
    }
    return copy;
  }

  private void spoil(JsonNode node) throws Exception {
    List<JsonNode> containers = new ArrayList<>();
    collect(node, containers);
    JsonNode container = containers.get(random.nextInt(containers.size()));
    JsonNode value = JSON.readTree(one(ODD));
    if (container instanceof ObjectNode object) {
      object.set(one(List.of("a", "b", "a.b", "$or", "$and", "prefix", "")), value);
    } else if (container instanceof ArrayNode array) {
      array.add(value);
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers));
    }
  }

  private ObjectNode pattern(int depth) throws Exception {
    ObjectNode pattern = JSON.createObjectNode();
    for (String name : NAMES) {
      if (random.nextInt(3) == 0 || (pattern.isEmpty() && name.equals("c"))) {
        if (depth > 0 && random.nextInt(3) == 0) {
          pattern.set(name, pattern(depth - 1));
        } else {
          pattern.set(name, values());
        }
      }
    }
    if (depth > 0 && random.nextInt(4) == 0) {
      ArrayNode branches = pattern.putArray("$or");
      branches.addObject().set("d", values());
      branches.addObject().set("e", values());
    }
    return pattern;
  }

  private ArrayNode values() throws Exception {
    ArrayNode list = JSON.createArrayNode();
    if (random.nextInt(3) == 0) {
      ArrayNode parts = list.addObject().putArray(random.nextBoolean() ? "$and" : "contains-all");
      for (int i = random.nextInt(2); i >= 0; i--) {
        parts.add(JSON.readTree(one(random.nextBoolean() ? VALUES : MATCHERS)));
      }
      return list;
    }
    for (int i = random.nextInt(2); i >= 0; i--) {
      list.add(JSON.readTree(one(random.nextBoolean() ? VALUES : MATCHERS)));
    }
    return list;
  }

  private ObjectNode event(int depth) throws Exception {
    ObjectNode event = JSON.createObjectNode();
    for (String name : List.of("a", "b", "c", "d", "e")) {
      if (random.nextInt(4) > 0) {
        event.set(name, value(depth));
      }
    }
    return event;
  }

  private JsonNode value(int depth) throws Exception {
    int kind = depth == 0 ? 9 : random.nextInt(10);
    if (kind == 0) {
      return event(depth - 1);
    }
    if (kind <= 2) {
      ArrayNode array = JSON.createArrayNode();
      for (int i = random.nextInt(3); i > 0; i--) {
        array.add(value(depth - 1));
      }
      return array;
    }
    return JSON.readTree(one(VALUES));
  }

  private String one(List<String> list) {
    return list.get(random.nextInt(list.size()));
  }
}
