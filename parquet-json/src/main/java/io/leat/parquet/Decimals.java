package io.leat.parquet;

/** How decimals are written; never rounded. */
public enum Decimals {
  /** As numbers where each reader keeps all digits (a precision of at most 15), else as strings. */
  AUTO,
  /** As numbers with all digits. */
  NUMBER,
  /** As strings. */
  STRING
}
