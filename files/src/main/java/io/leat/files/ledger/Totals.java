package io.leat.files.ledger;

/**
 * What was published.
 *
 * @param rowsIn rows of the file
 * @param rowsOut rows of the output
 * @param rowsFiltered rows that a condition left out
 * @param rowsRejected rows that could not be converted
 * @param parts of the output
 * @param bytes of the output
 */
public record Totals(
    long rowsIn, long rowsOut, long rowsFiltered, long rowsRejected, int parts, long bytes) {}
