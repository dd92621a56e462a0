package io.leat.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.event.Rfc3339;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Recognises valid records by the common keywords of JSON Schema, several times as fast as the
 * library. It errs on one side only: what it does not recognise may be valid all the same, and is
 * left to the library, which also knows what to say. Immutable, thread-safe.
 */
final class QuickCheck {
  private static final int MAX_DEPTH = 32;

  /** Keywords that say nothing about validity. */
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          "$id",
          "$comment",
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly");

  private static final int STRING = 1;
  private static final int NUMBER = 2;
  private static final int INTEGER = 4;
  private static final int BOOLEAN = 8;
  private static final int NULL = 16;
  private static final int OBJECT = 32;
  private static final int ARRAY = 64;

  private int types = STRING | NUMBER | INTEGER | BOOLEAN | NULL | OBJECT | ARRAY;
  private @Nullable Set<String> values;
  private boolean dateTime;
  private @Nullable Pattern pattern;
  private int minLength;
  private int maxLength = Integer.MAX_VALUE;
  private @Nullable BigDecimal minimum;
  private @Nullable BigDecimal maximum;
  private @Nullable BigDecimal above;
  private @Nullable BigDecimal below;
  private final Map<String, QuickCheck> properties = new HashMap<>();
  private String[] required = new String[0];
  private boolean closed;
  private @Nullable QuickCheck items;
  private int minItems;
  private int maxItems = Integer.MAX_VALUE;

  private QuickCheck() {}

  /** Null when the schema has a keyword that this class does not know. */
  static @Nullable QuickCheck compile(JsonNode schema) {
    return compile(schema, 0);
  }

  private static @Nullable QuickCheck compile(JsonNode schema, int depth) {
    if (!schema.isObject() || depth > MAX_DEPTH) {
      return null;
    }
    QuickCheck check = new QuickCheck();
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      String name = keyword.getKey();
      boolean known =
          ANNOTATIONS.contains(name)
              || name.startsWith("x-")
              || check.scalar(name, keyword.getValue())
              || check.nested(name, keyword.getValue(), depth);
      if (!known) {
        return null;
      }
    }
    return check;
  }

  private boolean scalar(String name, JsonNode value) {
    switch (name) {
      case "type" -> {
        types = types(value);
        return types != 0;
      }
      case "enum" -> {
        boolean isAlone = values == null;
        values = texts(value);
        return isAlone && values != null;
      }
      case "const" -> {
        boolean isAlone = values == null;
        values = value.isTextual() ? Set.of(value.textValue()) : null;
        return isAlone && values != null;
      }
      case "format" -> {
        dateTime = value.asText().equals("date-time");
        return dateTime;
      }
      case "pattern" -> {
        pattern = pattern(value.asText());
        return pattern != null;
      }
      case "minLength" -> {
        minLength = value.intValue();
        return value.isInt();
      }
      case "maxLength" -> {
        maxLength = value.intValue();
        return value.isInt();
      }
      default -> {
        return number(name, value);
      }
    }
  }

  private boolean number(String name, JsonNode value) {
    switch (name) {
      case "minimum" -> minimum = value.decimalValue();
      case "maximum" -> maximum = value.decimalValue();
      case "exclusiveMinimum" -> above = value.decimalValue();
      case "exclusiveMaximum" -> below = value.decimalValue();
      case "minItems" -> minItems = value.intValue();
      case "maxItems" -> maxItems = value.intValue();
      default -> {
        return false;
      }
    }
    return value.isNumber() && (!name.endsWith("Items") || value.isInt());
  }

  private boolean nested(String name, JsonNode value, int depth) {
    switch (name) {
      case "properties" -> {
        for (Map.Entry<String, JsonNode> property : value.properties()) {
          QuickCheck check = compile(property.getValue(), depth + 1);
          if (check == null) {
            return false;
          }
          properties.put(property.getKey(), check);
        }
        return true;
      }
      case "required" -> {
        Set<String> names = texts(value);
        required = names == null ? required : names.toArray(String[]::new);
        return names != null;
      }
      case "additionalProperties" -> {
        closed = !value.asBoolean();
        return value.isBoolean();
      }
      case "items" -> {
        items = compile(value, depth + 1);
        return items != null;
      }
      default -> {
        return false;
      }
    }
  }

  private static int types(JsonNode value) {
    if (value.isTextual()) {
      return type(value.textValue());
    }
    int types = 0;
    for (JsonNode one : value) {
      types |= type(one.asText());
    }
    return types;
  }

  private static int type(String name) {
    return switch (name) {
      case "string" -> STRING;
      case "number" -> NUMBER | INTEGER;
      case "integer" -> INTEGER;
      case "boolean" -> BOOLEAN;
      case "null" -> NULL;
      case "object" -> OBJECT;
      case "array" -> ARRAY;
      default -> 0;
    };
  }

  private static @Nullable Set<String> texts(JsonNode array) {
    Set<String> texts = new HashSet<>();
    for (JsonNode value : array) {
      if (!value.isTextual()) {
        return null;
      }
      texts.add(value.textValue());
    }
    return array.isArray() ? texts : null;
  }

  /**
   * Java's {@code $} matches before a line's end at the end too, ECMA's does not: at the end of a
   * pattern without alternatives it becomes {@code \\z}, elsewhere it is left to the library.
   */
  private static @Nullable Pattern pattern(String regex) {
    int dollar = regex.indexOf('$');
    if (dollar >= 0
        && (dollar < regex.length() - 1 || regex.endsWith("\\$") || regex.contains("|"))) {
      return null;
    }
    try {
      return Pattern.compile(dollar < 0 ? regex : regex.substring(0, dollar) + "\\z");
    } catch (PatternSyntaxException e) {
      return null;
    }
  }

  /** Whether the record is valid for sure; false says nothing. */
  boolean surelyValid(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> has(STRING) && string(node.textValue());
      case NUMBER ->
          has(node.isIntegralNumber() ? INTEGER : NUMBER) && values == null && number(node);
      case BOOLEAN -> has(BOOLEAN) && values == null;
      case NULL -> has(NULL) && values == null;
      case OBJECT -> has(OBJECT) && values == null && object(node);
      case ARRAY -> has(ARRAY) && values == null && array(node);
      case BINARY, MISSING, POJO -> false;
    };
  }

  private boolean has(int type) {
    return (types & type) != 0;
  }

  private boolean string(String text) {
    if (values != null && !values.contains(text)) {
      return false;
    }
    if (minLength > 0 || maxLength < text.length()) {
      int length = text.codePointCount(0, text.length());
      if (length < minLength || length > maxLength) {
        return false;
      }
    }
    return (!dateTime || Rfc3339.isPlainUtc(text))
        && (pattern == null || pattern.matcher(text).find());
  }

  private boolean number(JsonNode node) {
    if (minimum == null && maximum == null && above == null && below == null) {
      return true;
    }
    BigDecimal value = node.decimalValue();
    return (minimum == null || value.compareTo(minimum) >= 0)
        && (maximum == null || value.compareTo(maximum) <= 0)
        && (above == null || value.compareTo(above) > 0)
        && (below == null || value.compareTo(below) < 0);
  }

  private boolean object(JsonNode node) {
    for (String name : required) {
      if (!node.has(name)) {
        return false;
      }
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      QuickCheck check = properties.get(member.getKey());
      if (check == null ? closed : !check.surelyValid(member.getValue())) {
        return false;
      }
    }
    return true;
  }

  private boolean array(JsonNode node) {
    if (node.size() < minItems || node.size() > maxItems) {
      return false;
    }
    if (items != null) {
      for (JsonNode item : node) {
        if (!items.surelyValid(item)) {
          return false;
        }
      }
    }
    return true;
  }
}
