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

  static {
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
    while (rest > Integer.MAX_VALUE && end - at >= 2) {
      long quotient = rest / 100;
      end -= 2;
      SHORT.set(out, end, PAIRS[(int) (rest - quotient * 100)]);
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

  /** Two digits. */
  public static void two(int value, byte[] out, int at) {
    SHORT.set(out, at, PAIRS[value]);
  }

  /** How many digits a positive integer has. */
  static int length(long value) {
    long power = 10;
    for (int length = 1; length < 19; length++) {
      if (value < power) {
        return length;
      }
      power *= 10;
    }
    return 19;
  }
}
