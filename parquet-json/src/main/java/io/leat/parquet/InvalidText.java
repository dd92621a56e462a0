package io.leat.parquet;

/** What becomes of text that is not UTF-8. */
public enum InvalidText {
  /** What is malformed becomes U+FFFD. */
  REPLACE,
  /** The whole value as base64, as an object with the key base64. */
  BASE64,
  /** The row is left out and counted. */
  REJECT
}
