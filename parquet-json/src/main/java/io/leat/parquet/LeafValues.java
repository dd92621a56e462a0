package io.leat.parquet;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** From the JSON text of a value to the value that is stored. */
final class LeafValues {
  private static final int JULIAN_1970 = 2_440_588;
  private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

  private LeafValues() {}

  static void write(Field field, JsonPart part, RecordConsumer out) {
    switch (Objects.requireNonNull(field.physical())) {
      case BOOLEAN -> out.addBoolean(truth(part));
      case INT32 -> out.addInteger(narrow(number(field, text(part)), isUnsigned(field)));
      case INT64 -> out.addLong(number(field, text(part)));
      case INT96 -> out.addBinary(int96(text(part)));
      case FLOAT -> out.addFloat(single(text(part)));
      case DOUBLE -> out.addDouble(twofold(text(part)));
      case BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY ->
          out.addBinary(Binary.fromConstantByteArray(bytes(field, part)));
    }
  }

  private static String text(JsonPart part) {
    if (part.value() instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("neither text nor number");
  }

  private static boolean truth(JsonPart part) {
    return switch (String.valueOf(part.value())) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static boolean isUnsigned(Field field) {
    return field.logical() instanceof LogicalType.Int integer && !integer.signed();
  }

  private static int narrow(long value, boolean isUnsigned) {
    if (isUnsigned ? value >>> 32 != 0 : value != (int) value) {
      throw new ArithmeticException("out of range");
    }
    return (int) value;
  }

  private static float single(String text) {
    float value = Float.parseFloat(text);
    refuseOverflow(Float.isInfinite(value), text);
    return value;
  }

  private static double twofold(String text) {
    double value = Double.parseDouble(text);
    refuseOverflow(Double.isInfinite(value), text);
    return value;
  }

  /** Digits that are too many become infinite without a word. */
  private static void refuseOverflow(boolean isInfinite, String text) {
    if (isInfinite && !text.endsWith("Infinity")) {
      throw new ArithmeticException("out of range");
    }
  }

  private static long number(Field field, String text) {
    LogicalType type = field.logical();
    if (type instanceof LogicalType.Date) {
      return LocalDate.parse(text).toEpochDay();
    }
    if (type instanceof LogicalType.Time time && text.indexOf(':') > 0) {
      boolean isEnd = text.startsWith("24:");
      long nanos = isEnd ? 86_400_000_000_000L : LocalTime.parse(local(text)).toNanoOfDay();
      return nanos / power(9 - time.unit().digits());
    }
    if (type instanceof LogicalType.Timestamp timestamp) {
      LocalDateTime at = LocalDateTime.parse(local(text));
      return BigDecimal.valueOf(at.toEpochSecond(ZoneOffset.UTC))
          .add(BigDecimal.valueOf(at.get(ChronoField.NANO_OF_SECOND), 9))
          .scaleByPowerOfTen(timestamp.unit().digits())
          .longValueExact();
    }
    if (type instanceof LogicalType.Decimal decimal) {
      return new BigDecimal(text).scaleByPowerOfTen(decimal.scale()).longValueExact();
    }
    BigInteger value = new BigDecimal(text).toBigIntegerExact();
    if (isUnsigned(field)
        ? value.signum() < 0 || value.compareTo(TWO_64) >= 0
        : value.bitLength() > 63) {
      throw new ArithmeticException("out of range");
    }
    return value.longValue();
  }

  private static long power(int digits) {
    return BigInteger.TEN.pow(digits).longValueExact();
  }

  private static String local(String text) {
    return text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
  }

  private static Binary int96(String text) {
    LocalDateTime at = LocalDateTime.parse(local(text));
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(at.toLocalTime().toNanoOfDay());
    bytes.putInt(Math.toIntExact(at.toLocalDate().toEpochDay() + JULIAN_1970));
    return Binary.fromConstantByteArray(bytes.array());
  }

  private static byte[] bytes(Field field, JsonPart part) {
    LogicalType type = field.logical();
    if (type instanceof LogicalType.Json) {
      return part.source();
    }
    if (type instanceof LogicalType.Interval) {
      return interval(part);
    }
    if (type instanceof LogicalType.Text || type instanceof LogicalType.EnumText) {
      Map<String, JsonPart> members = part.members();
      if (members != null) {
        JsonPart bytes = members.get("base64");
        if (bytes == null) {
          throw new IllegalArgumentException("base64 is missing");
        }
        return Base64.getDecoder().decode(text(bytes));
      }
      return text(part).getBytes(StandardCharsets.UTF_8);
    }
    if (type instanceof LogicalType.Uuid) {
      UUID uuid = UUID.fromString(text(part));
      return ByteBuffer.allocate(16)
          .putLong(uuid.getMostSignificantBits())
          .putLong(uuid.getLeastSignificantBits())
          .array();
    }
    if (type instanceof LogicalType.Decimal decimal) {
      return decimal(field, new BigDecimal(text(part)).setScale(decimal.scale()).unscaledValue());
    }
    if (type instanceof LogicalType.Float16) {
      short bits = half(single(text(part)));
      return new byte[] {(byte) bits, (byte) (bits >>> 8)};
    }
    return Base64.getDecoder().decode(text(part));
  }

  private static byte[] decimal(Field field, BigInteger unscaled) {
    byte[] least = unscaled.toByteArray();
    if (field.length() == 0) {
      return least;
    }
    if (least.length > field.length()) {
      throw new ArithmeticException("out of range");
    }
    byte[] all = new byte[field.length()];
    java.util.Arrays.fill(all, unscaled.signum() < 0 ? (byte) -1 : 0);
    System.arraycopy(least, 0, all, all.length - least.length, least.length);
    return all;
  }

  private static byte[] interval(JsonPart part) {
    Map<String, JsonPart> members = part.members();
    if (members == null) {
      throw new IllegalArgumentException("not an object");
    }
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    for (String key : new String[] {"months", "days", "millis"}) {
      JsonPart value = members.get(key);
      if (value == null) {
        throw new IllegalArgumentException(key + " is missing");
      }
      bytes.putInt(narrow(Long.parseLong(text(value)), true));
    }
    return bytes.array();
  }

  /** What the float was made of, which it holds exactly. */
  static short half(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    float size = Math.abs(value);
    if (Float.isInfinite(size)) {
      return (short) (sign | 0x7c00);
    }
    int exponent = Math.getExponent(size);
    if (exponent < -14) {
      return (short) (sign | Math.round(Math.scalb(size, 24)));
    }
    if (exponent > 15) {
      throw new ArithmeticException("out of range");
    }
    int fraction = Math.round(Math.scalb(size, 10 - exponent)) - 1024;
    return (short) (sign | (((exponent + 15) << 10) + fraction));
  }
}
