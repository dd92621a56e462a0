package io.leat.parquet.format;

import org.jspecify.annotations.Nullable;

/**
 * Where a column's values of a row group are.
 *
 * @param codec number of the compression codec
 * @param encodings of its pages: the bit of each one's number is set
 * @param values with nulls
 * @param start position of the first page in the file
 * @param bytes of all pages, with headers
 * @param uncompressed bytes of all pages, with headers
 * @param min smallest value in plain encoding, if known
 * @param max greatest value in plain encoding, if known
 * @param nulls how many, or -1
 */
public record ChunkMeta(
    int type,
    int codec,
    int encodings,
    long values,
    long start,
    long bytes,
    long uncompressed,
    byte @Nullable [] min,
    byte @Nullable [] max,
    long nulls) {}
