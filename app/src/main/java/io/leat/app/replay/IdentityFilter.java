package io.leat.app.replay;

import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;

/**
 * Remembers identities, roughly: what it does not know was not added, what it knows may not have
 * been. Takes at most {@value #MOST_BYTES} bytes, and with more identities than fit knows too much.
 * Owned by one thread.
 */
final class IdentityFilter {
  /** Enough for some 13 million identities, of which one in a hundred is taken for another. */
  private static final int MOST_BYTES = 16 << 20;

  private static final double FALSELY_KNOWN = 0.01;

  private final BlockSplitBloomFilter bits;

  /**
   * @param expected how many identities there will be at most
   */
  IdentityFilter(long expected) {
    int wanted = BlockSplitBloomFilter.optimalNumOfBits(Math.max(1, expected), FALSELY_KNOWN);
    this.bits = new BlockSplitBloomFilter(Math.min(wanted / Byte.SIZE, MOST_BYTES));
  }

  /**
   * Adds one.
   *
   * @param high the first half of the identity, of which all bits are random
   */
  void add(long high) {
    bits.insertHash(high);
  }

  /** Whether it may have been added. */
  boolean mayHave(long high) {
    return bits.findHash(high);
  }
}
