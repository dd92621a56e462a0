package io.leat.parquet.bounds;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bytes that grow within a budget. Behind what is asked for there is always room for {@link
 * #PADDING} more, so that text can be moved 8 bytes at a time.
 */
public final class Scratch {
  /** How many bytes may be read or overwritten behind the end. */
  public static final int PADDING = 64;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] NONE = new byte[0];

  private final Budget budget;
  private final String what;
  private final long most;

  /** What is written; read it again after each call of {@link #ensure}. */
  public byte[] bytes = NONE;

  /** Behind the last byte that is written. */
  public int end;

  /**
   * Empty.
   *
   * @param what it is for, in an error
   * @param most bytes that it may come to hold
   */
  public Scratch(Budget budget, String what, long most) {
    this.budget = budget;
    this.what = what;
    this.most = most;
  }

  /** Makes room for so many bytes behind the end, and the padding. */
  public void ensure(int more) {
    if (more > bytes.length - PADDING - end) {
      growBy(more);
    }
  }

  private void growBy(int more) {
    long least = (long) end + more;
    if (end > most || least < 0) {
      throw Refusal.resource("row-size", what + " is larger than " + most + " bytes");
    }
    bytes = budget.grow(bytes, Math.max(least, 4096), end, what);
  }

  /** Puts a byte; room must have been made. */
  public void put(int value) {
    bytes[end++] = (byte) value;
  }

  /** Appends. */
  public void append(byte[] source, int start, int length) {
    ensure(length);
    copy(source, start, bytes, end, length);
    end += length;
  }

  /** Gives the memory back. */
  public void drop() {
    budget.give(bytes.length);
    bytes = NONE;
    end = 0;
  }

  /**
   * Copies, up to 31 bytes more than asked for: both arrays must be that much longer if {@code
   * length} is at most 256.
   */
  public static void copy(byte[] from, int start, byte[] to, int at, int length) {
    if (length > 256) {
      System.arraycopy(from, start, to, at, length);
      return;
    }
    int i = 0;
    do {
      LONG.set(to, at + i, (long) LONG.get(from, start + i));
      LONG.set(to, at + i + 8, (long) LONG.get(from, start + i + 8));
      LONG.set(to, at + i + 16, (long) LONG.get(from, start + i + 16));
      LONG.set(to, at + i + 24, (long) LONG.get(from, start + i + 24));
      i += 32;
    } while (i < length);
  }
}
