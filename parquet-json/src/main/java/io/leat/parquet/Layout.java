package io.leat.parquet;

/** How rows are laid out in a part. */
public enum Layout {
  /** One JSON object a line, each line ended by a line feed. */
  NDJSON,
  /** One JSON array of objects a part, one object a line. */
  ARRAY
}
