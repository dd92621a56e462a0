package io.leat.parquet;

/** What becomes of NaN and the infinities, which JSON has no numbers for. */
public enum NonFinite {
  /** The strings NaN, Infinity and -Infinity. */
  STRING,
  /** null. */
  NULL,
  /** The row is left out and counted. */
  REJECT
}
