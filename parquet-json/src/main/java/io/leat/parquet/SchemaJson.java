package io.leat.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The schema as a JSON document: the sidecar. */
final class SchemaJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORMAT = "leat-parquet-schema/1";

  private SchemaJson() {}

  static String write(Schema schema) {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("name", schema.name());
    writeFields(schema.fields(), root.putArray("fields"));
    return root.toPrettyString();
  }

  private static void writeFields(List<Field> fields, ArrayNode into) {
    for (Field field : fields) {
      ObjectNode node = into.addObject();
      node.put("name", field.name());
      node.put("repetition", lower(field.repetition()));
      Field.Physical physical = field.physical();
      if (physical != null) {
        node.put("physical", lower(physical));
      }
      if (field.length() != 0) {
        node.put("length", field.length());
      }
      writeLogical(field.logical(), node);
      Integer id = field.id();
      if (id != null) {
        node.put("id", id);
      }
      if (field.isGroup()) {
        writeFields(field.children(), node.putArray("fields"));
      }
    }
  }

  private static void writeLogical(LogicalType type, ObjectNode node) {
    if (type instanceof LogicalType.None) {
      return;
    }
    node.put("logical", name(type));
    if (type instanceof LogicalType.Time time) {
      node.put("unit", lower(time.unit())).put("utc", time.utc());
    } else if (type instanceof LogicalType.Timestamp timestamp) {
      node.put("unit", lower(timestamp.unit())).put("utc", timestamp.utc());
    } else if (type instanceof LogicalType.Int integer) {
      node.put("bits", integer.bits()).put("signed", integer.signed());
    } else if (type instanceof LogicalType.Decimal decimal) {
      node.put("precision", decimal.precision()).put("scale", decimal.scale());
    } else if (type instanceof LogicalType.Geometry geometry) {
      writeCrs(geometry.crs(), node);
    } else if (type instanceof LogicalType.Geography geography) {
      writeCrs(geography.crs(), node);
      if (geography.edges() != null) {
        node.put("edges", lower(geography.edges()));
      }
    }
  }

  private static void writeCrs(String crs, ObjectNode node) {
    if (!crs.isEmpty()) {
      node.put("crs", crs);
    }
  }

  private static String name(LogicalType type) {
    return type.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  static Schema read(String json) {
    try {
      JsonNode root = JSON.readTree(json);
      if (!root.path("format").asText().equals(FORMAT)) {
        throw new IllegalArgumentException("not a schema: 'format' is not " + FORMAT);
      }
      return new Schema(root.path("name").asText(), readFields(root.path("fields")));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a schema: not JSON", e);
    }
  }

  private static List<Field> readFields(JsonNode nodes) {
    List<Field> fields = new ArrayList<>();
    for (JsonNode node : nodes) {
      fields.add(
          new Field(
              node.path("name").asText(),
              Field.Repetition.valueOf(upper(node.path("repetition"))),
              node.has("physical") ? Field.Physical.valueOf(upper(node.path("physical"))) : null,
              node.path("length").asInt(),
              readLogical(node),
              node.has("id") ? Integer.valueOf(node.path("id").asInt()) : null,
              readFields(node.path("fields"))));
    }
    return fields;
  }

  private static LogicalType readLogical(JsonNode node) {
    String name = node.path("logical").asText();
    return switch (name) {
      case "" -> new LogicalType.None();
      case "text" -> new LogicalType.Text();
      case "enumtext" -> new LogicalType.EnumText();
      case "json" -> new LogicalType.Json();
      case "bson" -> new LogicalType.Bson();
      case "uuid" -> new LogicalType.Uuid();
      case "date" -> new LogicalType.Date();
      case "time" -> new LogicalType.Time(unit(node), node.path("utc").asBoolean());
      case "timestamp" -> new LogicalType.Timestamp(unit(node), node.path("utc").asBoolean());
      case "int" -> new LogicalType.Int(node.path("bits").asInt(), node.path("signed").asBoolean());
      case "decimal" ->
          new LogicalType.Decimal(node.path("precision").asInt(), node.path("scale").asInt());
      case "float16" -> new LogicalType.Float16();
      case "interval" -> new LogicalType.Interval();
      case "listof" -> new LogicalType.ListOf();
      case "mapof" -> new LogicalType.MapOf();
      case "variant" -> new LogicalType.Variant();
      case "geometry" -> new LogicalType.Geometry(node.path("crs").asText());
      case "geography" ->
          new LogicalType.Geography(
              node.path("crs").asText(),
              node.has("edges") ? LogicalType.Edges.valueOf(upper(node.path("edges"))) : null);
      case "unknown" -> new LogicalType.Unknown();
      default -> throw new IllegalArgumentException("not a schema: no logical type is so called");
    };
  }

  private static LogicalType.Unit unit(JsonNode node) {
    return LogicalType.Unit.valueOf(upper(node.path("unit")));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String upper(JsonNode node) {
    return node.asText().toUpperCase(Locale.ROOT);
  }
}
