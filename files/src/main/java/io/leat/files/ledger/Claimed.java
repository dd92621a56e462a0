package io.leat.files.ledger;

/**
 * A file that is to be worked on.
 *
 * @param lease the right to it
 * @param file as it is now
 * @param state where it stands now
 * @param lost how many attempts, since somebody last wanted it tried, ended with their process
 */
public record Claimed(Lease lease, LedgerFile file, FileState.Validating state, int lost) {}
