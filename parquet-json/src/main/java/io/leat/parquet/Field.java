package io.leat.parquet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A column, or a group of columns.
 *
 * @param physical type of the values; null for a group
 * @param length of FIXED_LEN_BYTE_ARRAY values in bytes, else 0
 * @param id that the writer gave it; null if none
 * @param children of a group, else empty
 */
public record Field(
    String name,
    Repetition repetition,
    @Nullable Physical physical,
    int length,
    LogicalType logical,
    @Nullable Integer id,
    List<Field> children) {
  /** How often a field occurs in its parent. */
  public enum Repetition {
    /** Once. */
    REQUIRED,
    /** Once or not at all. */
    OPTIONAL,
    /** Any number of times. */
    REPEATED
  }

  /** How values are stored. */
  public enum Physical {
    /** One bit. */
    BOOLEAN,
    /** 32 bits. */
    INT32,
    /** 64 bits. */
    INT64,
    /** A timestamp of old writers, 12 bytes. */
    INT96,
    /** IEEE 754, 32 bits. */
    FLOAT,
    /** IEEE 754, 64 bits. */
    DOUBLE,
    /** Any number of bytes. */
    BYTE_ARRAY,
    /** As many bytes as the field's length says. */
    FIXED_LEN_BYTE_ARRAY
  }

  public Field {
    children = List.copyOf(children);
  }

  /** Whether it has children instead of values. */
  public boolean isGroup() {
    return physical == null;
  }
}
