package io.leat.parquet;

/** How integers of 64 bits are written. */
public enum Integers {
  /** As numbers with all digits. */
  NUMBER,
  /** Beyond 2 to the power of 53 as strings. */
  STRING_WHEN_LARGE,
  /** As strings. */
  STRING
}
