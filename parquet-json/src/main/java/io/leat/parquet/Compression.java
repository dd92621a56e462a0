package io.leat.parquet;

/** Of the output. */
public enum Compression {
  /** As it is. */
  NONE,
  /** Members of gzip, one behind the other: any reader takes them as one. */
  GZIP,
  /** Frames of zstd, one behind the other: any reader takes them as one. */
  ZSTD
}
