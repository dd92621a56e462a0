package io.leat.parquet;

/**
 * A row group as the footer says.
 *
 * @param index from 0
 * @param firstRow its first row's number in the file, from 0
 * @param compressedBytes of all its column chunks in the file
 * @param uncompressedBytes of all its column chunks
 */
public record RowGroup(
    int index, long firstRow, long rows, long compressedBytes, long uncompressedBytes) {}
