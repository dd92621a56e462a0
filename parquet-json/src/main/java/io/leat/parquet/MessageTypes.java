package io.leat.parquet;

import java.util.List;
import java.util.Objects;
import org.apache.parquet.column.schema.EdgeInterpolationAlgorithm;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** A schema as parquet-java has it. */
final class MessageTypes {
  private MessageTypes() {}

  static MessageType of(Schema schema) {
    String name = schema.name().isEmpty() ? "schema" : schema.name();
    return new MessageType(name, fields(schema.fields()));
  }

  private static List<Type> fields(List<Field> fields) {
    return fields.stream().map(MessageTypes::field).toList();
  }

  private static Type field(Field field) {
    Type.Repetition repetition = Type.Repetition.valueOf(field.repetition().name());
    LogicalTypeAnnotation logical = logical(field.logical());
    Type type;
    if (field.isGroup()) {
      Type[] children = fields(field.children()).toArray(new Type[0]);
      var group = Types.buildGroup(repetition).addFields(children);
      type = (logical == null ? group : group.as(logical)).named(field.name());
    } else {
      String physical = Objects.requireNonNull(field.physical()).name();
      var name =
          physical.equals("BYTE_ARRAY")
              ? PrimitiveType.PrimitiveTypeName.BINARY
              : PrimitiveType.PrimitiveTypeName.valueOf(physical);
      var builder = Types.primitive(name, repetition);
      if (field.length() > 0) {
        builder = builder.length(field.length());
      }
      type = (logical == null ? builder : builder.as(logical)).named(field.name());
    }
    Integer id = field.id();
    return id == null ? type : type.withId(id);
  }

  private static @Nullable LogicalTypeAnnotation logical(LogicalType type) {
    if (type instanceof LogicalType.Time time) {
      return LogicalTypeAnnotation.timeType(time.utc(), unit(time.unit()));
    }
    if (type instanceof LogicalType.Timestamp timestamp) {
      return LogicalTypeAnnotation.timestampType(timestamp.utc(), unit(timestamp.unit()));
    }
    if (type instanceof LogicalType.Int integer) {
      return LogicalTypeAnnotation.intType(integer.bits(), integer.signed());
    }
    if (type instanceof LogicalType.Decimal decimal) {
      return LogicalTypeAnnotation.decimalType(decimal.scale(), decimal.precision());
    }
    if (type instanceof LogicalType.Geometry geometry) {
      return LogicalTypeAnnotation.geometryType(crs(geometry.crs()));
    }
    if (type instanceof LogicalType.Geography geography) {
      LogicalType.Edges edges = geography.edges();
      return LogicalTypeAnnotation.geographyType(
          crs(geography.crs()),
          edges == null ? null : EdgeInterpolationAlgorithm.valueOf(edges.name()));
    }
    return plain(type);
  }

  private static @Nullable String crs(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable LogicalTypeAnnotation plain(LogicalType type) {
    return switch (type.getClass().getSimpleName()) {
      case "Text" -> LogicalTypeAnnotation.stringType();
      case "EnumText" -> LogicalTypeAnnotation.enumType();
      case "Json" -> LogicalTypeAnnotation.jsonType();
      case "Bson" -> LogicalTypeAnnotation.bsonType();
      case "Uuid" -> LogicalTypeAnnotation.uuidType();
      case "Date" -> LogicalTypeAnnotation.dateType();
      case "Float16" -> LogicalTypeAnnotation.float16Type();
      case "Interval" -> LogicalTypeAnnotation.IntervalLogicalTypeAnnotation.getInstance();
      case "ListOf" -> LogicalTypeAnnotation.listType();
      case "MapOf" -> LogicalTypeAnnotation.mapType();
      case "Variant" -> LogicalTypeAnnotation.variantType((byte) 1);
      case "Unknown" -> LogicalTypeAnnotation.unknownType();
      default -> null;
    };
  }

  private static LogicalTypeAnnotation.TimeUnit unit(LogicalType.Unit unit) {
    return LogicalTypeAnnotation.TimeUnit.valueOf(unit.name());
  }
}
