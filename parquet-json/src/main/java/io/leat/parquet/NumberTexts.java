package io.leat.parquet;

import io.leat.parquet.text.Calendar;
import io.leat.parquet.text.Decimals64;
import io.leat.parquet.text.Digits;
import io.leat.parquet.text.Doubles;
import java.nio.charset.StandardCharsets;

/** Texts of what is stored as numbers. */
final class NumberTexts {
  private static final byte[] NULL = ascii("null");
  private static final byte[] NAN = ascii("\"NaN\"");
  private static final byte[] INFINITY = ascii("\"Infinity\"");
  private static final byte[] MINUS_INFINITY = ascii("\"-Infinity\"");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");

  /** The greatest integer up to which doubles have all integers. */
  private static final long SAFE = 1L << 53;

  private NumberTexts() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static int put(byte[] text, byte[] out, int at) {
    for (int i = 0; i < text.length; i++) {
      out[at + i] = text[i];
    }
    return at + text.length;
  }

  /** NaN or an infinity. */
  static int nonFinite(double value, NonFinite policy, byte[] out, int at) {
    return switch (policy) {
      case NULL -> put(NULL, out, at);
      case REJECT -> (int) Cell.NON_FINITE;
      case STRING ->
          put(Double.isNaN(value) ? NAN : value > 0 ? INFINITY : MINUS_INFINITY, out, at);
    };
  }

  /** true and false. */
  static final class Booleans extends ValueText.OfLongs {
    @Override
    int most() {
      return 5;
    }

    @Override
    int one(long value, byte[] out, int at) {
      return put(value != 0 ? TRUE : FALSE, out, at);
    }
  }

  /** Signed, of any width: the values are sign-extended, and cut to the width. */
  static final class Signed extends ValueText.OfLongs {
    @Override
    int most() {
      return Digits.MOST;
    }

    @Override
    int one(long value, byte[] out, int at) {
      return Digits.write(value, out, at);
    }
  }

  /** Unsigned of 32 bits at most. */
  static final class Unsigned32 extends ValueText.OfLongs {
    @Override
    int most() {
      return Digits.MOST;
    }

    @Override
    int one(long value, byte[] out, int at) {
      return Digits.write(value & 0xffffffffL, out, at);
    }
  }

  /** Of 64 bits, unsigned or as strings or both. */
  static final class Wide extends ValueText.OfLongs {
    private final boolean isSigned;
    private final Integers policy;

    Wide(boolean isSigned, Integers policy) {
      this.isSigned = isSigned;
      this.policy = policy;
    }

    @Override
    int most() {
      return Digits.MOST + 2;
    }

    @Override
    int one(long value, byte[] out, int at) {
      boolean isLarge = value > SAFE || (value < -SAFE && isSigned) || (value < 0 && !isSigned);
      boolean isText =
          policy == Integers.STRING || (policy == Integers.STRING_WHEN_LARGE && isLarge);
      int to = at;
      if (isText) {
        out[to++] = '"';
      }
      to = isSigned ? Digits.write(value, out, to) : Digits.unsigned(value, out, to);
      if (isText) {
        out[to++] = '"';
      }
      return to;
    }
  }

  /** Doubles, as their bits. */
  static final class OfDoubles extends ValueText.OfLongs {
    private final NonFinite policy;

    OfDoubles(NonFinite policy) {
      this.policy = policy;
    }

    @Override
    int most() {
      return Doubles.MOST;
    }

    @Override
    int one(long value, byte[] out, int at) {
      double number = Double.longBitsToDouble(value);
      return Double.isFinite(number)
          ? Doubles.write(number, out, at)
          : nonFinite(number, policy, out, at);
    }
  }

  /** Floats, as their bits. */
  static final class OfFloats extends ValueText.OfLongs {
    private final NonFinite policy;

    OfFloats(NonFinite policy) {
      this.policy = policy;
    }

    @Override
    int most() {
      return Doubles.MOST;
    }

    @Override
    int one(long value, byte[] out, int at) {
      float number = Float.intBitsToFloat((int) value);
      return Float.isFinite(number)
          ? Doubles.write(number, out, at)
          : nonFinite(number, policy, out, at);
    }
  }

  /** Decimals of 64 bits. */
  static final class OfDecimals extends ValueText.OfLongs {
    private final int scale;
    private final boolean isText;

    OfDecimals(int scale, boolean isText) {
      this.scale = scale;
      this.isText = isText;
    }

    @Override
    int most() {
      return Decimals64.most(scale) + 2;
    }

    @Override
    int one(long value, byte[] out, int at) {
      if (!isText) {
        return Decimals64.write(value, scale, out, at);
      }
      out[at] = '"';
      int to = Decimals64.write(value, scale, out, at + 1);
      out[to] = '"';
      return to + 1;
    }
  }

  /** Days. */
  static final class Dates extends ValueText.OfLongs {
    private final Calendar calendar = new Calendar();

    @Override
    int most() {
      return Calendar.MOST_DATE + 2;
    }

    @Override
    int one(long value, byte[] out, int at) {
      out[at] = '"';
      int to = calendar.date(value, out, at + 1);
      out[to] = '"';
      return to + 1;
    }
  }

  /** Times of day; what is not one is written as the number that it is. */
  static final class Times extends ValueText.OfLongs {
    private final int digits;
    private final boolean utc;

    Times(int digits, boolean utc) {
      this.digits = digits;
      this.utc = utc;
    }

    @Override
    int most() {
      return 24;
    }

    @Override
    int one(long value, byte[] out, int at) {
      if (!Calendar.isTime(value, digits)) {
        return Digits.write(value, out, at);
      }
      out[at] = '"';
      int to = Calendar.time(value, digits, out, at + 1);
      if (utc) {
        out[to++] = 'Z';
      }
      out[to] = '"';
      return to + 1;
    }
  }

  /** Timestamps of 64 bits. */
  static final class Timestamps extends ValueText.OfLongs {
    private final Calendar calendar = new Calendar();
    private final int digits;
    private final boolean utc;

    Timestamps(int digits, boolean utc) {
      this.digits = digits;
      this.utc = utc;
    }

    @Override
    int most() {
      return Calendar.MOST + 2;
    }

    @Override
    int one(long value, byte[] out, int at) {
      out[at] = '"';
      int to = calendar.timestamp(value, digits, utc, out, at + 1);
      out[to] = '"';
      return to + 1;
    }
  }

  /** Numbers as keys of a map: what is not a string yet becomes one. */
  static final class Keys extends ValueText.OfLongs {
    private final ValueText.OfLongs values;

    Keys(ValueText.OfLongs values) {
      this.values = values;
    }

    @Override
    int most() {
      return values.most() + 3;
    }

    @Override
    int one(long value, byte[] out, int at) {
      int to = values.one(value, out, at);
      if (to >= 0 && out[at] != '"') {
        System.arraycopy(out, at, out, at + 1, to - at);
        out[at] = '"';
        out[to + 1] = '"';
        to += 2;
      }
      if (to >= 0) {
        out[to++] = ':';
      }
      return to;
    }
  }
}
