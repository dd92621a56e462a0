package io.leat.parquet;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How rows become JSON.
 *
 * @param columns names of top-level columns in the order of the output; empty for all of the file
 * @param renames from a column's name to its key in the output
 * @param filter rows that it does not hold for are left out
 * @param nulls what becomes of nulls
 * @param nonFinite what becomes of NaN and the infinities
 * @param invalidText what becomes of text that is not UTF-8
 * @param decimals how decimals are written
 * @param integers how integers of 64 bits are written
 */
public record JsonOptions(
    List<String> columns,
    Map<String, String> renames,
    Filter filter,
    Nulls nulls,
    NonFinite nonFinite,
    InvalidText invalidText,
    Decimals decimals,
    Integers integers) {
  /** All columns, all rows, nothing lost. */
  public static final JsonOptions DEFAULT =
      new JsonOptions(
          List.of(),
          Map.of(),
          Filter.ALL,
          Nulls.WRITE,
          NonFinite.STRING,
          InvalidText.REPLACE,
          Decimals.AUTO,
          Integers.NUMBER);

  public JsonOptions {
    columns = List.copyOf(columns);
    renames = Collections.unmodifiableMap(new LinkedHashMap<>(renames));
  }

  /** These, with other columns. */
  public JsonOptions withColumns(List<String> names) {
    return new JsonOptions(
        names, renames, filter, nulls, nonFinite, invalidText, decimals, integers);
  }

  /** These, with other renames. */
  public JsonOptions withRenames(Map<String, String> names) {
    return new JsonOptions(
        columns, names, filter, nulls, nonFinite, invalidText, decimals, integers);
  }

  /** These, with another filter. */
  public JsonOptions withFilter(Filter other) {
    return new JsonOptions(
        columns, renames, other, nulls, nonFinite, invalidText, decimals, integers);
  }

  /** These, with another policy for nulls. */
  public JsonOptions withNulls(Nulls other) {
    return new JsonOptions(
        columns, renames, filter, other, nonFinite, invalidText, decimals, integers);
  }

  /** These, with another policy for NaN and the infinities. */
  public JsonOptions withNonFinite(NonFinite other) {
    return new JsonOptions(columns, renames, filter, nulls, other, invalidText, decimals, integers);
  }

  /** These, with another policy for text that is not UTF-8. */
  public JsonOptions withInvalidText(InvalidText other) {
    return new JsonOptions(columns, renames, filter, nulls, nonFinite, other, decimals, integers);
  }

  /** These, with another form of decimals. */
  public JsonOptions withDecimals(Decimals other) {
    return new JsonOptions(
        columns, renames, filter, nulls, nonFinite, invalidText, other, integers);
  }

  /** These, with another form of integers. */
  public JsonOptions withIntegers(Integers other) {
    return new JsonOptions(
        columns, renames, filter, nulls, nonFinite, invalidText, decimals, other);
  }
}
