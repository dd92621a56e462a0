package io.leat.parquet.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Copies inside and between arrays that have padding behind what is used of them. */
final class Moves {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Moves() {}

  /** At least so many bytes, at most 15 more. */
  static void literal(byte[] source, int from, byte[] target, int to, int length) {
    if (length > 64) {
      System.arraycopy(source, from, target, to, length);
      return;
    }
    int i = 0;
    do {
      LONG.set(target, to + i, (long) LONG.get(source, from + i));
      LONG.set(target, to + i + 8, (long) LONG.get(source, from + i + 8));
      i += 16;
    } while (i < length);
  }

  /** What was written {@code distance} bytes before, again; at most 15 bytes more. */
  static void repeat(byte[] target, int to, int distance, int length) {
    int from = to - distance;
    if (distance >= 16) {
      int i = 0;
      do {
        LONG.set(target, to + i, (long) LONG.get(target, from + i));
        LONG.set(target, to + i + 8, (long) LONG.get(target, from + i + 8));
        i += 16;
      } while (i < length);
    } else if (distance >= 8) {
      for (int i = 0; i < length; i += 8) {
        LONG.set(target, to + i, (long) LONG.get(target, from + i));
      }
    } else {
      for (int i = 0; i < length; i++) {
        target[to + i] = target[from + i];
      }
    }
  }
}
