package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A literal of a filter, against which values of a leaf are compared. */
abstract class Against {
  private static final BigDecimal HALF = new BigDecimal(BigInteger.ONE.shiftLeft(63));

  private Against() {}

  /** Less than 0 if the value is less than the literal. */
  int compare(long value) {
    throw new IllegalStateException("a number for a column of bytes");
  }

  /** Less than 0 if the value is less than the literal. */
  int compare(byte[] source, int start, int length) {
    throw new IllegalStateException("bytes for a column of numbers");
  }

  /** Whether statistics are no bounds for some values, as they are not for NaN. */
  boolean hasUnbounded() {
    return false;
  }

  /** The same for a bound in the footer; null if it is not one. */
  @Nullable Integer compareBound(Leaf leaf, byte @Nullable [] bound) {
    if (bound == null || !StatisticBounds.isOne(leaf, bound)) {
      return null;
    }
    return switch (leaf.type()) {
      case 0 -> compare(bound[0]);
      case 1, 4 -> compare(StatisticBounds.int32(bound));
      case 2, 5 -> compare(StatisticBounds.int64(bound));
      default -> compare(bound, 0, bound.length);
    };
  }

  static Against of(Leaf leaf, Object literal) {
    LogicalType logical = leaf.field().logical();
    return switch (leaf.type()) {
      case 0 -> new OfLong(BigDecimal.valueOf(expect(leaf, literal, Boolean.class) ? 1 : 0), false);
      case 1, 2 -> ofNumbers(leaf, logical, literal);
      case 4 -> new OfDouble(expect(leaf, literal, BigDecimal.class).floatValue(), true);
      case 5 -> new OfDouble(expect(leaf, literal, BigDecimal.class).doubleValue(), false);
      default -> ofBytes(leaf, logical, literal);
    };
  }

  private static Against ofNumbers(Leaf leaf, LogicalType logical, Object literal) {
    if (logical instanceof LogicalType.Date
        || logical instanceof LogicalType.Time
        || logical instanceof LogicalType.Timestamp) {
      return new OfLong(time(leaf, logical, expect(leaf, literal, String.class)), false);
    }
    BigDecimal number = number(leaf, literal);
    if (logical instanceof LogicalType.Decimal decimal) {
      return new OfLong(number.scaleByPowerOfTen(decimal.scale()), false);
    }
    boolean isUnsigned = logical instanceof LogicalType.Int integer && !integer.signed();
    if (!isUnsigned) {
      return new OfLong(number, false);
    }
    return leaf.type() == 1 ? new OfUnsigned(number) : new OfLong(number.subtract(HALF), true);
  }

  private static BigDecimal number(Leaf leaf, Object literal) {
    if (literal instanceof String text) {
      try {
        return new BigDecimal(text);
      } catch (NumberFormatException e) {
        throw mismatch(leaf, literal);
      }
    }
    return expect(leaf, literal, BigDecimal.class);
  }

  private static BigDecimal time(Leaf leaf, LogicalType logical, String text) {
    try {
      if (logical instanceof LogicalType.Date) {
        return BigDecimal.valueOf(LocalDate.parse(text).toEpochDay());
      }
      if (logical instanceof LogicalType.Time time) {
        String local = text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
        return BigDecimal.valueOf(LocalTime.parse(local).toNanoOfDay())
            .movePointLeft(9 - time.unit().digits());
      }
      int digits = ((LogicalType.Timestamp) logical).unit().digits();
      String iso = text.replace(' ', 'T');
      boolean hasOffset =
          iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10;
      LocalDateTime at =
          hasOffset
              ? OffsetDateTime.parse(iso).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
              : iso.length() == 10 ? LocalDate.parse(iso).atStartOfDay() : LocalDateTime.parse(iso);
      return BigDecimal.valueOf(at.toEpochSecond(ZoneOffset.UTC))
          .add(BigDecimal.valueOf(at.get(ChronoField.NANO_OF_SECOND), 9))
          .scaleByPowerOfTen(digits);
    } catch (DateTimeException e) {
      throw mismatch(leaf, text);
    }
  }

  private static Against ofBytes(Leaf leaf, LogicalType logical, Object literal) {
    if (logical instanceof LogicalType.Decimal decimal) {
      return new OfDecimal(number(leaf, literal), decimal);
    }
    if (logical instanceof LogicalType.Uuid) {
      try {
        UUID uuid = UUID.fromString(expect(leaf, literal, String.class));
        byte[] bytes = new byte[16];
        for (int i = 0; i < 8; i++) {
          bytes[i] = (byte) (uuid.getMostSignificantBits() >>> (56 - 8 * i));
          bytes[8 + i] = (byte) (uuid.getLeastSignificantBits() >>> (56 - 8 * i));
        }
        return new OfBytes(bytes);
      } catch (IllegalArgumentException e) {
        throw mismatch(leaf, literal);
      }
    }
    if (logical instanceof LogicalType.Text || logical instanceof LogicalType.EnumText) {
      return new OfBytes(expect(leaf, literal, String.class).getBytes(StandardCharsets.UTF_8));
    }
    throw Refusal.contract("filter", "the filter cannot compare the column '" + leaf.path() + "'");
  }

  private static <T> T expect(Leaf leaf, Object literal, Class<T> type) {
    if (!type.isInstance(literal)) {
      throw mismatch(leaf, literal);
    }
    return type.cast(literal);
  }

  private static Refusal mismatch(Leaf leaf, Object literal) {
    return Refusal.contract(
        "filter",
        "the filter compares the column '"
            + leaf.path()
            + "' with '"
            + literal
            + "', which is not a value of its type");
  }

  private static final class OfLong extends Against {
    private final long floor;
    private final boolean isExact;
    private final int always;
    private final boolean isUnsigned;

    OfLong(BigDecimal literal, boolean isUnsigned) {
      BigDecimal whole = literal.setScale(0, RoundingMode.FLOOR);
      BigInteger integer = whole.toBigInteger();
      always = integer.bitLength() > 63 ? -integer.signum() : 0;
      floor = integer.longValue();
      isExact = whole.compareTo(literal) == 0;
      this.isUnsigned = isUnsigned;
    }

    @Override
    int compare(long value) {
      if (always != 0) {
        return always;
      }
      long signed = isUnsigned ? value ^ Long.MIN_VALUE : value;
      return signed != floor ? Long.compare(signed, floor) : isExact ? 0 : -1;
    }
  }

  private static final class OfUnsigned extends Against {
    private final OfLong values;

    OfUnsigned(BigDecimal literal) {
      values = new OfLong(literal, false);
    }

    @Override
    int compare(long value) {
      return values.compare(value & 0xffffffffL);
    }
  }

  private static final class OfDouble extends Against {
    private final double literal;
    private final boolean isFloat;

    OfDouble(double literal, boolean isFloat) {
      this.literal = literal;
      this.isFloat = isFloat;
    }

    @Override
    int compare(long value) {
      double number = isFloat ? Float.intBitsToFloat((int) value) : Double.longBitsToDouble(value);
      // Both zeros are the same, and NaN is greater than all.
      return number == literal ? 0 : Double.compare(number, literal);
    }

    @Override
    boolean hasUnbounded() {
      return true;
    }
  }

  private static final class OfBytes extends Against {
    private final byte[] literal;

    OfBytes(byte[] literal) {
      this.literal = literal;
    }

    @Override
    int compare(byte[] source, int start, int length) {
      return Arrays.compareUnsigned(source, start, start + length, literal, 0, literal.length);
    }
  }

  private static final class OfDecimal extends Against {
    private final BigDecimal literal;
    private final int scale;
    private final int most;

    OfDecimal(BigDecimal literal, LogicalType.Decimal type) {
      this.literal = literal;
      this.scale = type.scale();
      this.most = DecimalBytes.most(type);
    }

    @Override
    int compare(byte[] source, int start, int length) {
      BigInteger unscaled = DecimalBytes.read(source, start, length, most);
      return new BigDecimal(unscaled, scale).compareTo(literal);
    }
  }
}
