package io.leat.parquet;

/**
 * A closed part.
 *
 * @param index from 0
 * @param bytes as written
 * @param jsonBytes before compression
 * @param sha256 of the bytes as written, in hex; empty if no checksums were wanted
 */
public record PartSummary(int index, long rows, long bytes, long jsonBytes, String sha256) {}
