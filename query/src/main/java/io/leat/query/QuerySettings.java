package io.leat.query;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The bounds of queries.
 *
 * @param directory for the workers' temporary files and the cache
 * @param workers processes, and so queries, at once; the second is started when it is needed
 * @param maxWaiting queries that wait for a worker; more are refused (503)
 * @param timeLimit of one query, from its arrival to its last row
 * @param memoryBytes that DuckDB may use in each worker
 * @param threads that DuckDB may use in each worker
 * @param defaultRows of an answer when the caller does not say
 * @param maxRows of an answer, whatever the caller says
 * @param maxAnswerBytes of an answer in JSON; what is over is cut off and marked as truncated
 * @param maxSqlBytes of a statement
 * @param maxFiles that one query may read
 * @param cacheBytes of files fetched from an object store, for all queries together
 * @param fetches files that are fetched from an object store at once
 * @param obeyWithin a worker that does not end its query so long after it was told is killed
 * @param idleWorker a worker with nothing to do for this long is ended, but for the last
 */
public record QuerySettings(
    Path directory,
    int workers,
    int maxWaiting,
    Duration timeLimit,
    long memoryBytes,
    int threads,
    long defaultRows,
    long maxRows,
    long maxAnswerBytes,
    int maxSqlBytes,
    int maxFiles,
    long cacheBytes,
    int fetches,
    Duration obeyWithin,
    Duration idleWorker) {
  private static final long LEAST_MEMORY = 16L << 20;

  public QuerySettings {
    if (workers < 1 || maxWaiting < 1 || threads < 1 || maxFiles < 1 || maxSqlBytes < 1) {
      throw new IllegalArgumentException(
          "workers, maxWaiting, threads, maxFiles and maxSqlBytes must be at least 1");
    }
    if (defaultRows < 1 || maxRows < defaultRows || maxAnswerBytes < 1) {
      throw new IllegalArgumentException(
          "rows and bytes of an answer must be at least 1, and maxRows at least defaultRows");
    }
    if (cacheBytes < 1 || fetches < 1) {
      throw new IllegalArgumentException("cacheBytes and fetches must be at least 1");
    }
    if (memoryBytes < LEAST_MEMORY) {
      throw new IllegalArgumentException("a query needs at least 16 MiB");
    }
    if (timeLimit.toMillis() < 1 || obeyWithin.toMillis() < 1 || idleWorker.toMillis() < 1) {
      throw new IllegalArgumentException("times must be at least 1 ms");
    }
  }

  /** Two workers of 512 MiB, 60 s, 10,000 rows unless asked for up to a million. */
  public static QuerySettings defaults(Path directory) {
    return new QuerySettings(
        directory,
        2,
        32,
        Duration.ofSeconds(60),
        512L << 20,
        Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors())),
        10_000,
        1_000_000,
        256L << 20,
        64 * 1024,
        20_000,
        2L << 30,
        8,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60));
  }

  /** The same with other limits for one query. */
  public QuerySettings withLimits(Duration timeLimit, long memoryBytes) {
    return new QuerySettings(
        directory,
        workers,
        maxWaiting,
        timeLimit,
        memoryBytes,
        threads,
        defaultRows,
        maxRows,
        maxAnswerBytes,
        maxSqlBytes,
        maxFiles,
        cacheBytes,
        fetches,
        obeyWithin,
        idleWorker);
  }

  /** The same with other numbers of processes and of queries that wait for them. */
  public QuerySettings withWorkers(int workers, int maxWaiting, Duration idleWorker) {
    return new QuerySettings(
        directory,
        workers,
        maxWaiting,
        timeLimit,
        memoryBytes,
        threads,
        defaultRows,
        maxRows,
        maxAnswerBytes,
        maxSqlBytes,
        maxFiles,
        cacheBytes,
        fetches,
        obeyWithin,
        idleWorker);
  }

  /** The same with another bound of the cache. */
  public QuerySettings withCache(long cacheBytes) {
    return new QuerySettings(
        directory,
        workers,
        maxWaiting,
        timeLimit,
        memoryBytes,
        threads,
        defaultRows,
        maxRows,
        maxAnswerBytes,
        maxSqlBytes,
        maxFiles,
        cacheBytes,
        fetches,
        obeyWithin,
        idleWorker);
  }
}
