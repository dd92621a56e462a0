package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import java.math.BigInteger;

/**
 * Decimals that are stored as bytes: unscaled integers, big-endian. Their digits become text and
 * are compared in a time that grows with the square of their number, so that no value may have many
 * more of them than its column's precision says.
 */
final class DecimalBytes {
  /**
   * Bytes that are cheap enough whatever the precision: there are writers that do not keep to it.
   * No bound in the footer has more.
   */
  static final int LEAST = 256;

  private static final double BITS_OF_DIGIT = Math.log(10) / Math.log(2);

  private DecimalBytes() {}

  /** The most bytes of a value, without those that only repeat the sign. */
  static int most(LogicalType.Decimal type) {
    // The bits of the greatest value and its sign: never a whole number but of 0 digits.
    return Math.max(LEAST, (int) Math.ceil((type.precision() * BITS_OF_DIGIT + 1) / 8));
  }

  /**
   * Reads one.
   *
   * @throws Refusal when it has more than the most bytes
   */
  static BigInteger read(byte[] source, int start, int length, int most) {
    if (length == 0) {
      return BigInteger.ZERO;
    }
    int first = length > most ? first(source, start, length) : start;
    int left = start + length - first;
    if (left > most) {
      throw Refusal.corrupt(
          "bad-decimal",
          "a decimal has " + left + " bytes, more than the " + most + " that its precision allows");
    }
    return new BigInteger(source, first, left);
  }

  /** The first byte that says more than the sign. */
  private static int first(byte[] source, int start, int length) {
    int first = start;
    int last = start + length - 1;
    // A byte is of no use if it is filled with the next one's highest bit.
    while (first < last && source[first] == source[first + 1] >> 7) {
      first++;
    }
    return first;
  }
}
