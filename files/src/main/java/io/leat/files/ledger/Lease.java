package io.leat.files.ledger;

/**
 * The right to work on a file, until it is taken over.
 *
 * @param file its id
 * @param fence the number of the attempt; grows with each
 * @param owner {@code <instance>/<worker>}
 */
public record Lease(String file, long fence, String owner) {}
