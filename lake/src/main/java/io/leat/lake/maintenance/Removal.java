package io.leat.lake.maintenance;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes files that nothing names any more, many at once where the store can. One that cannot be
 * deleted is left: it is an orphan from then on. Owned by one thread.
 */
final class Removal {
  private static final Logger LOG = LoggerFactory.getLogger(Removal.class);
  private static final int AT_ONCE = 500;

  private final FileIO io;
  private final Pace pace;
  private final List<String> waiting = new ArrayList<>();
  private long removed;

  Removal(FileIO io, Pace pace) {
    this.io = io;
    this.pace = pace;
  }

  /** Deletes it now or with {@link #flush}. */
  void add(String location) {
    waiting.add(location);
    if (waiting.size() >= AT_ONCE) {
      flush();
    }
  }

  void flush() {
    long failed = waiting.isEmpty() ? 0 : delete();
    if (failed > 0) {
      LOG.warn("{} of {} files could not be deleted", failed, waiting.size());
    }
    removed += waiting.size() - failed;
    waiting.clear();
    pace.step();
  }

  private long delete() {
    if (io instanceof SupportsBulkOperations bulk) {
      try {
        bulk.deleteFiles(waiting);
        return 0;
      } catch (BulkDeletionFailureException e) {
        return e.numberFailedObjects();
      }
    }
    long failed = 0;
    for (String location : waiting) {
      try {
        io.deleteFile(location);
      } catch (RuntimeException e) {
        LOG.debug("A file cannot be deleted: {}", location, e);
        failed++;
      }
    }
    return failed;
  }

  /** How many are gone. */
  long removed() {
    return removed;
  }
}
