package io.leat.parquet.bounds;

import java.util.concurrent.atomic.AtomicLong;

/** The memory of one conversion: taken before it is allocated, given back when it is dropped. */
public final class Budget {
  private final long limit;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong most = new AtomicLong();

  /**
   * Nothing is taken yet.
   *
   * @param limit in bytes
   */
  public Budget(long limit) {
    this.limit = limit;
  }

  /**
   * Takes memory.
   *
   * @param what it is for, such as {@code a page}
   * @throws Refusal when there is not so much
   */
  public void take(long bytes, String what) {
    long now = used.addAndGet(bytes);
    if (now > limit || now < 0) {
      used.addAndGet(-bytes);
      throw Refusal.resource(
          "memory",
          what
              + " needs "
              + bytes
              + " bytes, but only "
              + Math.max(0, limit - now + bytes)
              + " of "
              + limit
              + " are free; raise memoryBytes or convert with fewer threads");
    }
    most.accumulateAndGet(now, Math::max);
  }

  /** Gives memory back. */
  public void give(long bytes) {
    used.addAndGet(-bytes);
  }

  /** In bytes. */
  public long free() {
    return limit - used.get();
  }

  /** In bytes. */
  public long limit() {
    return limit;
  }

  /** The most that was taken at one time, in bytes. */
  public long most() {
    return most.get();
  }

  /**
   * A larger array, padded by {@link Scratch#PADDING}; the old one's memory is given back.
   *
   * @param old whose memory was taken by this method, or of length 0
   * @param least how many bytes it must hold
   * @param keep how many bytes are copied
   */
  public byte[] grow(byte[] old, long least, int keep, String what) {
    long size = Math.max(least, Math.min(old.length * 2L, least + (16 << 20))) + Scratch.PADDING;
    if (size > Integer.MAX_VALUE - 16) {
      size = Integer.MAX_VALUE - 16;
      if (least > size - Scratch.PADDING) {
        throw Refusal.resource("memory", what + " would need more than 2 GiB in one piece");
      }
    }
    take(size, what);
    byte[] bytes = new byte[(int) size];
    System.arraycopy(old, 0, bytes, 0, keep);
    give(old.length);
    return bytes;
  }
}
