package io.leat.parquet;

/**
 * The values of a dictionary page.
 *
 * @param values numbers, or slices of {@code bytes}: position << 32 | length
 * @param bytes what slices are of; empty for numbers
 */
record Dictionary(long[] values, byte[] bytes) {
  /** What it takes in memory. */
  long memory() {
    return values.length * 8L + bytes.length;
  }
}
