package io.leat.rules.file;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the rows of a file become JSON.
 *
 * @param columns which of them, in this order; empty: all, as they stand in the file
 * @param renames what a column is called in JSON, by its name
 * @param where what holds for each row that is converted, such as {@code fare_amount > 0}; empty:
 *     all rows are
 * @param nulls what becomes of nulls
 * @param nonFinite what becomes of NaN and the infinities
 * @param invalidText what becomes of text that is not UTF-8
 * @param decimals how they are written; never rounded
 * @param integers how those of 64 bits are written
 * @param layout lines or an array
 * @param compression of the output
 * @param splitRows rows of a part, about; 0: no bound
 * @param splitBytes bytes of JSON of a part, about; 0: no bound
 */
public record ConvertSpec(
    List<String> columns,
    Map<String, String> renames,
    String where,
    Nulls nulls,
    NonFinite nonFinite,
    InvalidText invalidText,
    Decimals decimals,
    Integers integers,
    Layout layout,
    Compression compression,
    long splitRows,
    long splitBytes) {
  public ConvertSpec {
    columns = List.copyOf(columns);
    renames = Collections.unmodifiableMap(new LinkedHashMap<>(renames));
  }

  /** What becomes of nulls. */
  public enum Nulls {
    WRITE,
    OMIT
  }

  /** What becomes of numbers that JSON does not have. */
  public enum NonFinite {
    STRING,
    TO_NULL,
    REJECT
  }

  /** What becomes of bytes that are not the text that they should be. */
  public enum InvalidText {
    REPLACE,
    BASE64,
    REJECT
  }

  /** How decimals are written. */
  public enum Decimals {
    /** As numbers where each reader keeps all digits (at most 15 of them), else as strings. */
    AUTO,
    /** As numbers with all digits. */
    NUMBER,
    /** As strings. */
    STRING
  }

  /** How integers of 64 bits are written. */
  public enum Integers {
    /** As numbers with all digits. */
    NUMBER,
    /** Beyond 2 to the power of 53 as strings. */
    STRING_WHEN_LARGE,
    /** As strings. */
    STRING
  }

  /** What a part of the output is. */
  public enum Layout {
    /** A JSON object a line. */
    NDJSON,
    /** One array of objects, the whole file. */
    ARRAY
  }

  /** What the output is compressed with. */
  public enum Compression {
    NONE,
    GZIP,
    ZSTD
  }

  /** How a part's name ends: {@code ndjson.zst}. */
  public String extension() {
    String json = layout == Layout.NDJSON ? "ndjson" : "json";
    return switch (compression) {
      case NONE -> json;
      case GZIP -> json + ".gz";
      case ZSTD -> json + ".zst";
    };
  }
}
