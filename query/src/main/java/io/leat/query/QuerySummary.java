package io.leat.query;

/**
 * What an answer cost.
 *
 * @param rows in the answer
 * @param truncated there would have been more
 * @param millis from the query's arrival to its last row
 * @param filesScanned data files that were opened to DuckDB
 * @param filesSkipped data files that were left out, as no row in them can match
 * @param bytesPlanned of the files scanned
 */
public record QuerySummary(
    long rows,
    boolean truncated,
    long millis,
    long filesScanned,
    long filesSkipped,
    long bytesPlanned) {}
