package io.leat.parquet;

import org.jspecify.annotations.Nullable;

/** What values mean, beyond their physical type. */
public sealed interface LogicalType {
  /** The unit of times and timestamps. */
  enum Unit {
    /** Thousandths of a second. */
    MILLIS(3),
    /** Millionths of a second. */
    MICROS(6),
    /** Billionths of a second. */
    NANOS(9);

    private final int digits;

    Unit(int digits) {
      this.digits = digits;
    }

    /** How many digits of a second's fraction it has. */
    public int digits() {
      return digits;
    }
  }

  /** Nothing beyond the physical type. */
  record None() implements LogicalType {}

  /** UTF-8. */
  record Text() implements LogicalType {}

  /** UTF-8, one of a few. */
  record EnumText() implements LogicalType {}

  /** A JSON document. */
  record Json() implements LogicalType {}

  /** A BSON document. */
  record Bson() implements LogicalType {}

  /** 16 bytes. */
  record Uuid() implements LogicalType {}

  /** Days since 1970-01-01. */
  record Date() implements LogicalType {}

  /**
   * Since midnight.
   *
   * @param utc whether of UTC, or of an unknown place
   */
  record Time(Unit unit, boolean utc) implements LogicalType {}

  /**
   * Since 1970-01-01T00:00:00.
   *
   * @param utc whether an instant, or the date and time of an unknown place
   */
  record Timestamp(Unit unit, boolean utc) implements LogicalType {}

  /**
   * An integer.
   *
   * @param bits 8, 16, 32 or 64
   */
  record Int(int bits, boolean signed) implements LogicalType {}

  /**
   * An integer divided by ten to the power of the scale.
   *
   * @param precision all digits
   */
  record Decimal(int precision, int scale) implements LogicalType {}

  /** IEEE 754 half precision, 2 bytes. */
  record Float16() implements LogicalType {}

  /** Months, days and milliseconds, 12 bytes. */
  record Interval() implements LogicalType {}

  /** A list. */
  record ListOf() implements LogicalType {}

  /** A map. */
  record MapOf() implements LogicalType {}

  /** A group of metadata and value in the variant encoding. */
  record Variant() implements LogicalType {}

  /** How points on a sphere are joined, in the order of their numbers in the format. */
  enum Edges {
    SPHERICAL,
    VINCENTY,
    THOMAS,
    ANDOYER,
    KARNEY
  }

  /**
   * WKB in the plane.
   *
   * @param crs the coordinate reference system; empty for the format's own, OGC:CRS84
   */
  record Geometry(String crs) implements LogicalType {}

  /**
   * WKB on the sphere.
   *
   * @param crs as above
   * @param edges null for the format's own, spherical
   */
  record Geography(String crs, @Nullable Edges edges) implements LogicalType {}

  /** Nulls only. */
  record Unknown() implements LogicalType {}
}
