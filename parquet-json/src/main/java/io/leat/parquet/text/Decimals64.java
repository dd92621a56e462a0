package io.leat.parquet.text;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Decimals: an unscaled integer and a scale. All methods return the position behind. */
public final class Decimals64 {
  private Decimals64() {}

  /** The most bytes of a decimal whose unscaled integer has 64 bits. */
  public static int most(int scale) {
    return Digits.MOST + Math.max(0, scale) + 3;
  }

  /** With all digits of its scale. */
  public static int write(long unscaled, int scale, byte[] out, int at) {
    if (scale <= 0) {
      int end = Digits.write(unscaled, out, at);
      for (int i = 0; i < -scale && unscaled != 0; i++) {
        out[end++] = '0';
      }
      return end;
    }
    if (unscaled == Long.MIN_VALUE || scale > 18) {
      return write(BigInteger.valueOf(unscaled), scale, out, at);
    }
    int to = at;
    long value = unscaled;
    if (value < 0) {
      out[to++] = '-';
      value = -value;
    }
    long power = POWERS[scale];
    long whole = value / power;
    to = Digits.write(whole, out, to);
    out[to++] = '.';
    Digits.fixed(value - whole * power, scale, out, to);
    return to + scale;
  }

  /** Of any size: the text's length is about the digits and the scale. */
  public static int write(BigInteger unscaled, int scale, byte[] out, int at) {
    byte[] text =
        new java.math.BigDecimal(unscaled, scale)
            .toPlainString()
            .getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, out, at, text.length);
    return at + text.length;
  }

  private static final long[] POWERS = new long[19];

  static {
    long power = 1;
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = power;
      power *= 10;
    }
  }
}
