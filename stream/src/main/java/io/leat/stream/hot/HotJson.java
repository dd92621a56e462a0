package io.leat.stream.hot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of columns as PostgreSQL takes it. It has no text with NUL and no half of a character,
 * which JSON can have: they become U+FFFD, as one event must never stop a table.
 */
final class HotJson {
  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final char UNSOUND = '\uFFFD';

  private final ObjectNode object = NODES.objectNode();

  /**
   * Adds a column.
   *
   * @param value as conditions read it
   */
  void put(Column column, @Nullable Object value) {
    object.set(column.name(), node(column.type(), value));
  }

  @Override
  public String toString() {
    return object.toString();
  }

  private static JsonNode node(ColumnType type, @Nullable Object value) {
    if (value == null) {
      return NullNode.instance;
    }
    if (type instanceof ColumnType.Struct struct && value instanceof Map<?, ?> map) {
      ObjectNode part = NODES.objectNode();
      for (Column field : struct.fields()) {
        part.set(field.name(), node(field.type(), map.get(field.name())));
      }
      return part;
    }
    if (type instanceof ColumnType.ListOf list && value instanceof List<?> elements) {
      ArrayNode array = NODES.arrayNode();
      elements.forEach(element -> array.add(node(list.element(), element)));
      return array;
    }
    if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    }
    if (value instanceof Long number) {
      return NODES.numberNode(number);
    }
    if (value instanceof Double number && Double.isFinite(number)) {
      return NODES.numberNode(number);
    }
    String text = value.toString();
    return type == ColumnType.Primitive.JSON ? parsed(text) : new TextNode(sound(text));
  }

  private static JsonNode parsed(String text) {
    try {
      return sound(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      return new TextNode(sound(text)); // deeper, or with longer numbers, than is read here
    }
  }

  private static JsonNode sound(JsonNode node) {
    if (node.isTextual()) {
      return new TextNode(sound(node.textValue()));
    }
    if (node.isDouble() && !Double.isFinite(node.doubleValue())) {
      return new TextNode(node.asText());
    }
    if (node.isArray()) {
      ArrayNode array = NODES.arrayNode();
      node.forEach(element -> array.add(sound(element)));
      return array;
    }
    if (node.isObject()) {
      ObjectNode object = NODES.objectNode();
      node.properties().forEach(one -> object.set(sound(one.getKey()), sound(one.getValue())));
      return object;
    }
    return node;
  }

  /** The text as PostgreSQL can keep it. */
  static String sound(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return replaced(text);
      }
    }
    return text;
  }

  private static String replaced(String text) {
    StringBuilder sound = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              boolean isHalf = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
              sound.appendCodePoint(c == 0 || isHalf ? UNSOUND : c);
            });
    return sound.toString();
  }
}
