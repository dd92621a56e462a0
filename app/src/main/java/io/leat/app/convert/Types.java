package io.leat.app.convert;

import io.leat.parquet.Field;
import io.leat.parquet.LogicalType;
import java.util.Locale;

/** Types as people read them. */
final class Types {
  private Types() {}

  /** What the values mean, such as {@code timestamp(micros, utc)}; the physical type if no more. */
  static String logical(Field field) {
    LogicalType type = field.logical();
    if (type instanceof LogicalType.None) {
      return field.isGroup() ? "group" : physical(field);
    } else if (type instanceof LogicalType.Time time) {
      return "time(" + lower(time.unit()) + (time.utc() ? ", utc)" : ")");
    } else if (type instanceof LogicalType.Timestamp timestamp) {
      return "timestamp(" + lower(timestamp.unit()) + (timestamp.utc() ? ", utc)" : ")");
    } else if (type instanceof LogicalType.Int integer) {
      return (integer.signed() ? "int" : "uint") + integer.bits();
    } else if (type instanceof LogicalType.Decimal decimal) {
      return "decimal(" + decimal.precision() + ", " + decimal.scale() + ")";
    } else if (type instanceof LogicalType.EnumText) {
      return "enum";
    } else if (type instanceof LogicalType.ListOf) {
      return "list";
    } else if (type instanceof LogicalType.MapOf) {
      return "map";
    }
    return type.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** How values are stored; empty for a group. */
  static String physical(Field field) {
    Field.Physical physical = field.physical();
    if (physical == null) {
      return "";
    }
    return field.length() == 0 ? lower(physical) : lower(physical) + "(" + field.length() + ")";
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
