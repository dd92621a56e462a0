package io.leat.parquet;

/** Whose fault it is that a file was not converted, and so what helps. */
public enum FileErrorCategory {
  /** The file is not what the format allows. Nothing but another file helps. */
  CORRUPT,
  /** The file may be good, but holds what is not read: encryption, an unknown codec. */
  UNSUPPORTED,
  /** The file is good, but not what was declared or asked for: a column is missing. */
  CONTRACT,
  /** Reading or writing failed; the same may succeed later. */
  TRANSIENT,
  /** A limit was reached: memory, sizes, expansion. A higher limit helps. */
  RESOURCE,
  /** A defect of Leat's. */
  OURS
}
