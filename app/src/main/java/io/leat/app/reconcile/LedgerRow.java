package io.leat.app.reconcile;

import io.leat.lake.OffsetRange;
import java.time.Instant;

/**
 * A row of the ledger: what one stage counted of one partition for one checkpoint.
 *
 * @param isParsed whether the stage is {@code parse}, whose rows have all records; {@code dedup}'s
 *     have those that came that far
 * @param writtenAt when it was counted
 */
record LedgerRow(Log log, boolean isParsed, OffsetRange range, Counts counts, Instant writtenAt) {

  /** A partition of a stream's log in one of its epochs. */
  record Log(String stream, int epoch, int partition) {}
}
