package io.leat.files.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file as the ledger has it.
 *
 * @param fence the number of its newest attempt; 0 before the first
 * @param failures how many attempts failed since somebody last wanted it tried
 * @param worker who works on it; null when nobody does
 * @param nextAttemptAt when it is due
 * @param sameAs the id of the other file when it is a duplicate
 * @param failure of the newest attempt that failed; null when none did since
 * @param destination where its output is, or is to be; null before the first attempt
 * @param deadLetter where it lies as a dead letter
 * @param totalRows rows that its footer tells; null before it was read
 * @param resume what an attempt that ended had finished, as JSON
 * @param totals what was published; null before that
 * @param rowsLoaded rows that went to a stream; null when they do not
 * @param rowsRefused rows of those that the stream refused
 */
public record LedgerFile(
    Sighting seen,
    String id,
    Instant discoveredAt,
    FileState state,
    long fence,
    int failures,
    @Nullable String worker,
    Instant nextAttemptAt,
    @Nullable String sha256,
    @Nullable String sameAs,
    @Nullable Failure failure,
    @Nullable String destination,
    @Nullable String deadLetter,
    @Nullable Long totalRows,
    Progress progress,
    @Nullable String resume,
    @Nullable Totals totals,
    @Nullable Instant publishedAt,
    @Nullable Long rowsLoaded,
    @Nullable Long rowsRefused,
    @Nullable String actor) {}
