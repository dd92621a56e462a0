package io.leat.parquet;

import io.leat.parquet.Field.Physical;
import io.leat.parquet.LogicalType.Unit;
import io.leat.parquet.format.SchemaElement;
import org.jspecify.annotations.Nullable;

/** What values mean: as the footer says in the newer way, or else in the older one. */
final class LogicalTypes {
  private static final LogicalType NONE = new LogicalType.None();

  private static final Unit[] UNITS = {Unit.MILLIS, Unit.MICROS, Unit.NANOS};

  private LogicalTypes() {}

  static LogicalType of(SchemaElement element) {
    LogicalType newer =
        switch (element.logical()) {
          case 1 -> new LogicalType.Text();
          case 2 -> new LogicalType.MapOf();
          case 3 -> new LogicalType.ListOf();
          case 4 -> new LogicalType.EnumText();
          case 5 -> new LogicalType.Decimal(element.second(), element.first());
          case 6 -> new LogicalType.Date();
          case 7 -> time(element.first(), element.second() == 1);
          case 8 -> timestamp(element.first(), element.second() == 1);
          case 10 -> new LogicalType.Int(element.first(), element.second() == 1);
          case 11 -> new LogicalType.Unknown();
          case 12 -> new LogicalType.Json();
          case 13 -> new LogicalType.Bson();
          case 14 -> new LogicalType.Uuid();
          case 15 -> new LogicalType.Float16();
          case 16 -> new LogicalType.Variant();
          case 17 -> new LogicalType.Geometry(element.crs());
          case 18 -> new LogicalType.Geography(element.crs(), edges(element.second()));
          default -> NONE;
        };
    // Records compare by method handles, which are made at the first use: it would take 20 ms.
    if (newer instanceof LogicalType.None) {
      return converted(element);
    }
    if (newer instanceof LogicalType.Unknown) {
      // parquet-java 1.12 to 1.14 says so of intervals, which the newer way has no word for.
      LogicalType older = converted(element);
      return older instanceof LogicalType.None ? newer : older;
    }
    return newer;
  }

  private static LogicalType.@Nullable Edges edges(int number) {
    LogicalType.Edges[] all = LogicalType.Edges.values();
    return number < 0 || number >= all.length ? null : all[number];
  }

  private static LogicalType converted(SchemaElement element) {
    return switch (element.converted()) {
      case 0 -> new LogicalType.Text();
      case 1, 2 -> new LogicalType.MapOf();
      case 3 -> new LogicalType.ListOf();
      case 4 -> new LogicalType.EnumText();
      case 5 -> new LogicalType.Decimal(element.precision(), element.scale());
      case 6 -> new LogicalType.Date();
      case 7 -> new LogicalType.Time(Unit.MILLIS, true);
      case 8 -> new LogicalType.Time(Unit.MICROS, true);
      case 9 -> new LogicalType.Timestamp(Unit.MILLIS, true);
      case 10 -> new LogicalType.Timestamp(Unit.MICROS, true);
      case 11 -> new LogicalType.Int(8, false);
      case 12 -> new LogicalType.Int(16, false);
      case 13 -> new LogicalType.Int(32, false);
      case 14 -> new LogicalType.Int(64, false);
      case 15 -> new LogicalType.Int(8, true);
      case 16 -> new LogicalType.Int(16, true);
      case 17 -> new LogicalType.Int(32, true);
      case 18 -> new LogicalType.Int(64, true);
      case 19 -> new LogicalType.Json();
      case 20 -> new LogicalType.Bson();
      case 21 -> new LogicalType.Interval();
      default -> NONE;
    };
  }

  private static LogicalType time(int unit, boolean utc) {
    return unit < 1 || unit > 3 ? NONE : new LogicalType.Time(UNITS[unit - 1], utc);
  }

  private static LogicalType timestamp(int unit, boolean utc) {
    return unit < 1 || unit > 3 ? NONE : new LogicalType.Timestamp(UNITS[unit - 1], utc);
  }

  /**
   * Whether values of the physical type can mean it. A logical type that does not fit is ignored,
   * as the format asks of readers.
   */
  static boolean fits(LogicalType logical, Physical physical, int length) {
    boolean isBytes = physical == Physical.BYTE_ARRAY;
    boolean isFixed = physical == Physical.FIXED_LEN_BYTE_ARRAY;
    if (logical instanceof LogicalType.Decimal decimal) {
      return decimal.precision() >= 1
          && decimal.precision() <= 10_000
          && decimal.scale() >= 0
          && decimal.scale() <= decimal.precision()
          && (isBytes || isFixed || physical == Physical.INT32 || physical == Physical.INT64);
    }
    if (logical instanceof LogicalType.Time time) {
      return physical == (time.unit() == Unit.MILLIS ? Physical.INT32 : Physical.INT64);
    }
    if (logical instanceof LogicalType.Int integer) {
      return physical == (integer.bits() == 64 ? Physical.INT64 : Physical.INT32);
    }
    if (logical instanceof LogicalType.Timestamp) {
      return physical == Physical.INT64;
    }
    if (logical instanceof LogicalType.Date) {
      return physical == Physical.INT32;
    }
    if (logical instanceof LogicalType.Uuid) {
      return isFixed && length == 16;
    }
    if (logical instanceof LogicalType.Interval) {
      return isFixed && length == 12;
    }
    if (logical instanceof LogicalType.Float16) {
      return isFixed && length == 2;
    }
    return isBytes || logical instanceof LogicalType.Unknown || logical instanceof LogicalType.None;
  }
}
