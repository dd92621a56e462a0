package io.leat.parquet;

/** What becomes of a null. */
public enum Nulls {
  /** It is written as null. */
  WRITE,
  /** Its key is left out; inside a list it is written as null. */
  OMIT
}
