package io.leat.blueprint.yaml;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parts of a document as JSON, and by JSON pointer. */
final class YamlJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private YamlJson() {}

  /** Null when a part could not be read: its problem was reported. A secret is its name. */
  static @Nullable JsonNode of(YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      ObjectNode object = JSON.objectNode();
      for (Map.Entry<String, YamlNode.Entry> entry : mapping.entries().entrySet()) {
        JsonNode value = of(entry.getValue().value());
        if (value == null) {
          return null;
        }
        object.set(entry.getKey(), value);
      }
      return object;
    }
    if (node instanceof YamlNode.Sequence sequence) {
      ArrayNode array = JSON.arrayNode();
      for (YamlNode item : sequence.items()) {
        JsonNode value = of(item);
        if (value == null) {
          return null;
        }
        array.add(value);
      }
      return array;
    }
    return node instanceof YamlNode.Scalar scalar ? scalar(scalar) : null;
  }

  /**
   * The part of a list or a map that a pointer begins with; null when there is none.
   *
   * @param path where {@code node} stands
   */
  static @Nullable Value child(
      Section.Source source, String path, @Nullable YamlNode node, JsonPointer pointer) {
    String name = pointer.getMatchingProperty();
    if (node instanceof YamlNode.Mapping mapping && mapping.entries().containsKey(name)) {
      return Section.of(source, path, mapping).optional(name);
    }
    int index = pointer.getMatchingIndex();
    if (node instanceof YamlNode.Sequence sequence
        && index >= 0
        && index < sequence.items().size()) {
      YamlNode item = sequence.items().get(index);
      return new Value(source, path + "[" + index + "]", item.line(), item);
    }
    return null;
  }

  private static JsonNode scalar(YamlNode.Scalar scalar) {
    String text = scalar.text();
    return switch (scalar.kind()) {
      case TEXT, REFERENCE, SECRET -> JSON.textNode(text);
      case BOOLEAN -> JSON.booleanNode(text.toLowerCase(Locale.ROOT).equals("true"));
      case NULL -> JSON.nullNode();
      case INTEGER, DECIMAL -> {
        BigDecimal number = Units.number(text);
        // What YAML takes for a number and JSON does not: .inf, .nan.
        yield number == null
            ? JSON.textNode(text)
            : number.stripTrailingZeros().scale() <= 0 && number.precision() - number.scale() < 19
                ? JSON.numberNode(number.longValueExact())
                : JSON.numberNode(number);
      }
    };
  }
}
