package io.leat.query;

/**
 * A column of an answer or of a table.
 *
 * @param type DuckDB's, such as {@code BIGINT}
 */
public record ResultColumn(String name, String type) {}
