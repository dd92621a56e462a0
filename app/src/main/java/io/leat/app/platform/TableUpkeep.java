package io.leat.app.platform;

import io.leat.lake.maintenance.Step;
import io.leat.lake.maintenance.Stock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a table's upkeep.
 *
 * @param stock as it was last counted
 * @param looked when
 * @param head the snapshot that it was counted at
 * @param did what the last run did that did something
 * @param didAt when that was
 * @param waitsFor why nothing is done; null when nothing keeps it
 * @param failure of the last run, null when it went well
 */
record TableUpkeep(
    @Nullable Stock stock,
    @Nullable Instant looked,
    @Nullable Long head,
    List<Step> did,
    @Nullable Instant didAt,
    @Nullable String waitsFor,
    @Nullable String failure) {
  static final TableUpkeep UNKNOWN = new TableUpkeep(null, null, null, List.of(), null, null, null);

  TableUpkeep {
    did = List.copyOf(did);
  }

  TableUpkeep waiting(@Nullable String reason) {
    return new TableUpkeep(stock, looked, head, did, didAt, reason, failure);
  }

  TableUpkeep failed(String reason, Instant now) {
    return new TableUpkeep(stock, now, null, did, didAt, waitsFor, reason);
  }
}
