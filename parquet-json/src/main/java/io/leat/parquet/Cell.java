package io.leat.parquet;

/**
 * A value's JSON text, as one number: where it is, or why the row is rejected.
 *
 * <p>Bit 63: rejected. Bit 62: in the dictionary's table, not in the column's own text. Then 31
 * bits of position and 31 bits of length. Nothing (a key that is left out) is 0.
 */
final class Cell {
  /** Nothing is written. */
  static final long NOTHING = 0;

  /** The row is rejected: {@link Rejections#NON_FINITE}. */
  static final long NON_FINITE = -1;

  /** The row is rejected: {@link Rejections#INVALID_TEXT}. */
  static final long INVALID_TEXT = -2;

  private static final long TABLE = 1L << 62;

  private Cell() {}

  static long of(int start, int length) {
    return (long) start << 31 | length;
  }

  static long inTable(long cell) {
    return cell < 0 ? cell : cell | TABLE;
  }

  static boolean isInTable(long cell) {
    return (cell & TABLE) != 0;
  }

  static int start(long cell) {
    return (int) (cell >>> 31) & Integer.MAX_VALUE;
  }

  static int length(long cell) {
    return (int) cell & Integer.MAX_VALUE;
  }

  /** What a rejected cell's row is counted under. */
  static String reason(long cell) {
    return cell == NON_FINITE ? Rejections.NON_FINITE : Rejections.INVALID_TEXT;
  }
}
