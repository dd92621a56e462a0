package io.leat.parquet;

import java.util.List;

/**
 * A column that holds values, as the footer says, over all row groups.
 *
 * @param path dotted
 * @param field its types
 * @param codecs that its pages are compressed with, as the format names them, in lower case
 * @param encodings of its pages, as the format names them
 * @param values with nulls; of a column in a list, its elements
 * @param nulls how many; -1 if a row group does not say
 * @param compressedBytes of its pages in the file, with headers
 * @param uncompressedBytes of its pages, with headers
 * @param min the smallest value as JSON; empty if a row group does not say, or its order is not
 *     known
 * @param max the greatest value as JSON; empty likewise. Writers may cut text short: then it is a
 *     bound
 */
public record ColumnSummary(
    String path,
    Field field,
    List<String> codecs,
    List<String> encodings,
    long values,
    long nulls,
    long compressedBytes,
    long uncompressedBytes,
    String min,
    String max) {
  public ColumnSummary {
    codecs = List.copyOf(codecs);
    encodings = List.copyOf(encodings);
  }
}
