package io.leat.rules.file;

/**
 * What is refused of a file: by its size and its footer before anything is converted, by its pages
 * and its output while it is.
 *
 * @param bytes of the file
 * @param rows of the file
 * @param columns leaves of its schema
 * @param depth of nesting
 * @param expansion how many times its size a page may have when it is decompressed
 * @param page bytes of a page, decompressed or not
 * @param dictionary bytes of one column's dictionary in a row group, decompressed or not
 * @param output bytes of JSON, before compression, that the file may become; 0: as its size
 *     suggests
 */
public record FileLimits(
    long bytes,
    long rows,
    int columns,
    int depth,
    int expansion,
    long page,
    long dictionary,
    long output) {
  private static final long TIMES = 1_000;
  private static final long LEAST = 10L << 30;

  /**
   * Bytes of JSON, before compression, that a file may become.
   *
   * @param size of the file in bytes
   */
  public long outputOf(long size) {
    if (output > 0) {
      return output;
    }
    return size > Long.MAX_VALUE / TIMES ? Long.MAX_VALUE : Math.max(LEAST, size * TIMES);
  }
}
