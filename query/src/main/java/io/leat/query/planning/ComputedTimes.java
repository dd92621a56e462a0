package io.leat.query.planning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.IdentityHashMap;
import java.util.List;

/** The values of a statement's {@link ParsedQuery#times}, by their nodes in the tree. */
public final class ComputedTimes {
  /** Nothing was computed. */
  public static final ComputedTimes NONE = new ComputedTimes(new IdentityHashMap<>());

  private final IdentityHashMap<JsonNode, JsonNode> literals;

  private ComputedTimes(IdentityHashMap<JsonNode, JsonNode> literals) {
    this.literals = literals;
  }

  /**
   * Of what a worker answered.
   *
   * @param nodes the expressions
   * @param values one for each: {@code {"type","text"}}, or null where there is none
   */
  public static ComputedTimes of(List<JsonNode> nodes, JsonNode values) {
    IdentityHashMap<JsonNode, JsonNode> literals = new IdentityHashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      JsonNode value = values.path(i);
      JsonNode literal =
          TimeExpressions.literal(value.path("type").asText(), value.path("text").asText());
      if (!literal.isMissingNode()) {
        literals.put(nodes.get(i), literal);
      }
    }
    return new ComputedTimes(literals);
  }

  /** Without those whose words are columns after all. */
  ComputedTimes withoutBareWords() {
    IdentityHashMap<JsonNode, JsonNode> rest = new IdentityHashMap<>();
    literals.forEach(
        (node, literal) -> {
          if (!TimeExpressions.hasBare(node)) {
            rest.put(node, literal);
          }
        });
    return new ComputedTimes(rest);
  }

  /** The literal that stands for the expression, or the expression itself. */
  JsonNode literal(JsonNode expression) {
    return literals.getOrDefault(expression, expression);
  }
}
