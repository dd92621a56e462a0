package io.leat.parquet;

/**
 * What is refused, and how much memory is used. The defaults protect a heap of 512 MiB.
 *
 * @param memoryBytes of buffers, dictionaries and output that one conversion holds at any time
 * @param maxPageBytes of one page, compressed or not
 * @param maxDictionaryBytes of one column chunk's dictionary, decompressed
 * @param maxFooterBytes of the footer
 * @param maxColumns leaf columns
 * @param maxDepth how deep columns are nested
 * @param maxExpansion of a page: decompressed bytes to a byte in the file; pages below 1 MiB are
 *     not judged
 * @param maxRows of the file
 * @param maxRowBytes of one row's JSON
 */
public record Limits(
    long memoryBytes,
    long maxPageBytes,
    long maxDictionaryBytes,
    long maxFooterBytes,
    int maxColumns,
    int maxDepth,
    double maxExpansion,
    long maxRows,
    long maxRowBytes) {
  private static final long MIB = 1L << 20;

  /** For a heap of 512 MiB. */
  public static final Limits DEFAULT =
      new Limits(
          256 * MIB, 64 * MIB, 64 * MIB, 64 * MIB, 10_000, 64, 5_000, Long.MAX_VALUE, 64 * MIB);

  public Limits {
    atLeast("memoryBytes", memoryBytes, MIB);
    atLeast("maxPageBytes", maxPageBytes, 1);
    atLeast("maxDictionaryBytes", maxDictionaryBytes, 1);
    atLeast("maxFooterBytes", maxFooterBytes, 1);
    atLeast("maxColumns", maxColumns, 1);
    atLeast("maxDepth", maxDepth, 1);
    if (!(maxExpansion >= 1)) {
      throw new IllegalArgumentException("maxExpansion is " + maxExpansion + "; at least 1");
    }
    atLeast("maxRows", maxRows, 0);
    atLeast("maxRowBytes", maxRowBytes, 2);
  }

  /** These, with another memory. */
  public Limits withMemoryBytes(long bytes) {
    return new Limits(
        bytes,
        maxPageBytes,
        maxDictionaryBytes,
        maxFooterBytes,
        maxColumns,
        maxDepth,
        maxExpansion,
        maxRows,
        maxRowBytes);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + "; at least " + least);
    }
  }
}
