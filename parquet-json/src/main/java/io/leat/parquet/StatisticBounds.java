package io.leat.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The smallest and the greatest value of a column chunk, as the footer has them. */
final class StatisticBounds {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private StatisticBounds() {}

  /**
   * Whether it bounds values of the leaf. The format says that NaN does not: a writer that has met
   * one among the values may have it for both bounds.
   */
  static boolean isOne(Leaf leaf, byte[] bound) {
    return switch (leaf.type()) {
      case 0 -> bound.length == 1;
      case 1 -> bound.length == 4;
      case 2 -> bound.length == 8;
      case 4 -> bound.length == 4 && !Float.isNaN(Float.intBitsToFloat(int32(bound)));
      case 5 -> bound.length == 8 && !Double.isNaN(Double.longBitsToDouble(int64(bound)));
      case 7 -> bound.length == leaf.field().length() && isNumber(leaf, bound);
      default -> true;
    };
  }

  private static boolean isNumber(Leaf leaf, byte[] bound) {
    return !(leaf.field().logical() instanceof LogicalType.Float16) || !Float.isNaN(half(bound));
  }

  static int int32(byte[] bound) {
    return (int) INT.get(bound, 0);
  }

  static long int64(byte[] bound) {
    return (long) LONG.get(bound, 0);
  }

  static float half(byte[] bound) {
    return BytesTexts.Halves.value((bound[0] & 0xff) | (bound[1] & 0xff) << 8);
  }
}
