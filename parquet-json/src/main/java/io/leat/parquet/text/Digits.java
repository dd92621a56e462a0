package io.leat.parquet.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Integers as decimal digits, two at a time. All methods return the position behind. */
public final class Digits {
  /** The most bytes that an integer of 64 bits has. */
  public static final int MOST = 20;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** Two digits each, as they lie in memory. */
  private static final short[] PAIRS = new short[100];

  private static final byte[] LEAST = "-9223372036854775808".getBytes(StandardCharsets.US_ASCII);

  private static final long[] POWERS = new long[19];

  static {
    long power = 1;
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = power;
      power *= 10;
    }
    POWERS[0] = 0;
    for (int i = 0; i < 100; i++) {
      PAIRS[i] = (short) ('0' + i / 10 | ('0' + i % 10) << 8);
    }
  }

  private Digits() {}

  /** As many digits as it needs. */
  public static int write(long value, byte[] out, int at) {
    if (value < 0) {
      if (value == Long.MIN_VALUE) {
        System.arraycopy(LEAST, 0, out, at, LEAST.length);
        return at + LEAST.length;
      }
      out[at] = '-';
      return positive(-value, out, at + 1);
    }
    return positive(value, out, at);
  }

  private static int positive(long value, byte[] out, int at) {
    if (value < 10) {
      out[at] = (byte) ('0' + value);
      return at + 1;
    }
    if (value < 100) {
      SHORT.set(out, at, PAIRS[(int) value]);
      return at + 2;
    }
    int length = length(value);
    fixed(value, length, out, at);
    return at + length;
  }

  /** An integer without sign. */
  public static int unsigned(long value, byte[] out, int at) {
    if (value >= 0) {
      return positive(value, out, at);
    }
    long quotient = Long.divideUnsigned(value, 10);
    int end = positive(quotient, out, at);
    out[end] = (byte) ('0' + (value - quotient * 10));
    return end + 1;
  }

  /** Exactly so many digits, with leading zeros. */
  public static void fixed(long value, int digits, byte[] out, int at) {
    int end = at + digits;
    long rest = value;
    while (rest > Integer.MAX_VALUE && end - at >= 8) {
      long quotient = rest / 100_000_000;
      end -= 8;
      eight((int) (rest - quotient * 100_000_000), out, end);
      rest = quotient;
    }
    int small = (int) rest;
    while (end - at >= 2) {
      int quotient = small / 100;
      end -= 2;
      SHORT.set(out, end, PAIRS[small - quotient * 100]);
      small = quotient;
    }
    if (end > at) {
      out[at] = (byte) ('0' + small % 10);
    }
  }

  private static void eight(int value, byte[] out, int at) {
    int high = value / 10_000;
    int low = value - high * 10_000;
    int first = high / 100;
    int third = low / 100;
    SHORT.set(out, at, PAIRS[first]);
    SHORT.set(out, at + 2, PAIRS[high - first * 100]);
    SHORT.set(out, at + 4, PAIRS[third]);
    SHORT.set(out, at + 6, PAIRS[low - third * 100]);
  }

  /** Two digits. */
  public static void two(int value, byte[] out, int at) {
    SHORT.set(out, at, PAIRS[value]);
  }

  /** How many digits an integer has that is not negative. */
  static int length(long value) {
    // 1233 / 4096 is just more than the logarithm of 2.
    int length = ((64 - Long.numberOfLeadingZeros(value | 1)) * 1233) >>> 12;
    return value >= POWERS[length] ? length + 1 : length;
  }
}
