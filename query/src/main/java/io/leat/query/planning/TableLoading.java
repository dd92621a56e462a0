package io.leat.query.planning;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Loads tables within a bound of time, on threads of its own. Left alone, Iceberg goes on asking
 * for a table's metadata for minutes when an object store is away. Safe for many threads; its own
 * end when nobody loads.
 */
final class TableLoading {
  private static final Duration WITHIN = Duration.ofSeconds(10);

  private final Catalog catalog;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "leat-query-load");
            thread.setDaemon(true);
            return thread;
          });

  TableLoading(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * The table as it now is; what the catalog throws is passed on.
   *
   * @throws LeatException LAKE_UNAVAILABLE when it takes too long, QUERY_CANCELLED when the thread
   *     is interrupted
   */
  Table load(TableIdentifier id) {
    Future<Table> loading = threads.submit(() -> catalog.loadTable(id));
    try {
      return loading.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      loading.cancel(true);
      throw new LeatException(
          ErrorCode.LAKE_UNAVAILABLE,
          "The metadata of '" + id + "' did not come within " + WITHIN.toSeconds() + " s",
          e);
    } catch (InterruptedException e) {
      loading.cancel(true);
      Thread.currentThread().interrupt();
      throw new LeatException(
          ErrorCode.QUERY_CANCELLED, "Interrupted while '" + id + "' was loaded", e);
    }
  }
}
