package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Refusal;

/**
 * The values of a page, without nulls. Numbers (booleans as 0 and 1, floats and doubles as their
 * bits) come as {@code long}; bytes as slices of {@link #bytes}: position << 32 | length.
 */
public abstract class Values {
  Values() {}

  /** Reads numbers. */
  public void longs(long[] target, int offset, int count) {
    throw wrongType();
  }

  /** Reads slices, valid until the next call. */
  public void slices(long[] target, int offset, int count) {
    throw wrongType();
  }

  /** What slices are of; ask after {@link #slices}. */
  public byte[] bytes() {
    throw wrongType();
  }

  /** Skips. */
  public abstract void skip(int count);

  private static Refusal wrongType() {
    return Refusal.corrupt("bad-page", "a page's encoding does not fit the column's type");
  }
}
