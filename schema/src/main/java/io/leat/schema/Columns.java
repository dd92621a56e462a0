package io.leat.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Derives columns from a JSON Schema. */
final class Columns {
  /** Deeper structure than this is kept as JSON text. */
  private static final int MAX_DEPTH = 8;

  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final JsonNode root;
  private final List<Violation> violations = new ArrayList<>();

  private Columns(JsonNode root) {
    this.root = root;
  }

  static List<Column> of(JsonNode root) throws InvalidSchemaException {
    Columns columns = new Columns(root);
    if (!"object".equals(root.path("type").asText())) {
      columns.violations.add(
          new Violation("/type", "type", "a stream's schema must say \"type\": \"object\""));
    }
    if (!root.path("properties").isObject() || root.path("properties").isEmpty()) {
      columns.violations.add(
          new Violation("/properties", "properties", "a stream's schema must declare properties"));
    }
    List<Column> fields = columns.fields(root, "", 0);
    if (!columns.violations.isEmpty()) {
      throw new InvalidSchemaException(columns.violations);
    }
    return fields;
  }

  private List<Column> fields(JsonNode object, String pointer, int depth) {
    List<Column> fields = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Set<String> required = new HashSet<>();
    object.path("required").forEach(r -> required.add(r.asText()));
    for (Map.Entry<String, JsonNode> property : object.path("properties").properties()) {
      String name = property.getKey();
      String at = pointer + "/properties/" + name.replace("~", "~0").replace("/", "~1");
      if (!seen.add(name.toLowerCase(Locale.ROOT))) {
        violations.add(
            new Violation(
                at,
                "properties",
                "differs only in case from another property; SQL cannot tell them apart"));
      }
      if (name.isEmpty() || (depth == 0 && name.startsWith("_"))) {
        violations.add(
            new Violation(
                at, "properties", "names that are empty or start with '_' are Leat's own"));
      }
      JsonNode schema = resolve(property.getValue(), at);
      fields.add(
          new Column(
              name,
              type(schema, at, depth + 1),
              required.contains(name),
              text(schema, "description"),
              text(schema, "x-pii"),
              text(schema, "x-unit")));
    }
    return List.copyOf(fields);
  }

  private ColumnType type(JsonNode schema, String pointer, int depth) {
    if (depth > MAX_DEPTH || schema.has("oneOf") || schema.has("anyOf") || schema.has("allOf")) {
      return ColumnType.Primitive.JSON;
    }
    return switch (typeName(schema)) {
      case "boolean" -> ColumnType.Primitive.BOOLEAN;
      case "integer" -> ColumnType.Primitive.LONG;
      case "number" -> ColumnType.Primitive.DOUBLE;
      case "string" -> stringType(schema);
      case "object" ->
          schema.path("properties").isEmpty() || !hasPlainNames(schema)
              ? ColumnType.Primitive.JSON
              : new ColumnType.Struct(fields(schema, pointer, depth));
      case "array" ->
          schema.path("items").isObject() && !schema.has("prefixItems")
              ? new ColumnType.ListOf(
                  type(
                      resolve(schema.path("items"), pointer + "/items"),
                      pointer + "/items",
                      depth + 1))
              : ColumnType.Primitive.JSON;
      default -> ColumnType.Primitive.JSON;
    };
  }

  /** Parquet files spell other names differently, and DuckDB binds nested fields by name. */
  private static boolean hasPlainNames(JsonNode object) {
    return object
        .path("properties")
        .propertyStream()
        .allMatch(p -> PLAIN_NAME.matcher(p.getKey()).matches());
  }

  private static ColumnType stringType(JsonNode schema) {
    return switch (schema.path("format").asText()) {
      case "date-time" -> ColumnType.Primitive.TIMESTAMP;
      case "date" -> ColumnType.Primitive.DATE;
      default -> ColumnType.Primitive.STRING;
    };
  }

  /** The one type besides null; of an enum of strings, {@code string}; empty when there is none. */
  private static String typeName(JsonNode schema) {
    JsonNode type = schema.path("type");
    if (type.isTextual()) {
      return type.asText();
    }
    if (type.isArray()) {
      List<String> names = new ArrayList<>();
      type.forEach(t -> names.add(t.asText()));
      names.remove("null");
      return names.size() == 1 ? names.get(0) : "";
    }
    JsonNode values = schema.path("enum");
    if (values.isArray() && !values.isEmpty()) {
      for (JsonNode value : values) {
        if (!value.isTextual()) {
          return "";
        }
      }
      return "string";
    }
    return schema.path("const").isTextual() ? "string" : "";
  }

  private JsonNode resolve(JsonNode schema, String pointer) {
    JsonNode at = schema;
    for (int hops = 0; at.path("$ref").isTextual(); hops++) {
      String ref = at.path("$ref").asText();
      if (!ref.startsWith("#/") || hops > 16) {
        violations.add(
            new Violation(
                pointer, "$ref", "'" + ref + "' is not a reference into this document ('#/...')"));
        return schema;
      }
      JsonNode target = root.at(ref.substring(1));
      if (target.isMissingNode()) {
        violations.add(new Violation(pointer, "$ref", "'" + ref + "' does not exist"));
        return schema;
      }
      at = target;
    }
    return at;
  }

  private static @Nullable String text(JsonNode schema, String name) {
    JsonNode value = schema.path(name);
    return value.isTextual() ? value.asText() : null;
  }
}
