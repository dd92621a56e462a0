package io.leat.app.reconcile;

import io.leat.lake.OffsetRange;
import java.time.Instant;

/**
 * The offsets of a partition that rows of the ledger count together, the least for which logged,
 * raw, processed, duplicates and quarantined belong to each other. Mostly one checkpoint's.
 *
 * @param counts the rows' sums
 * @param writtenAt when the last of the rows was counted
 */
record Span(LedgerRow.Log log, OffsetRange range, Counts counts, Instant writtenAt) {}
