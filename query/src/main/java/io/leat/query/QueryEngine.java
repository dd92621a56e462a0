package io.leat.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.query.cache.FileCache;
import io.leat.query.planning.Planner;
import io.leat.query.planning.Planner.Pruning;
import io.leat.query.planning.ShowTables;
import io.leat.query.planning.TableAccess;
import io.leat.query.planning.TableNames;
import io.leat.query.process.WorkerPool;
import io.leat.query.process.WorkerSettings;
import io.leat.query.worker.QueryWorker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Catalog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers SQL over the catalog's tables. A statement is parsed by DuckDB in a worker process,
 * judged and planned here, and run in the worker over the planned files. Safe for many threads.
 */
public final class QueryEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueryEngine.class);
  private static final Duration START_WITHIN = Duration.ofSeconds(20);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(10);

  private final QuerySettings settings;
  private final WorkerPool pool;
  private final FileCache cache;
  private final ThreadPoolExecutor threads;
  private final ScheduledThreadPoolExecutor clock;
  private final QueryRun.Engine engine;
  private final TableListing tables;
  private final ScheduledFuture<?> idleness;

  /** Starts the first worker in the background. The catalog is not closed by this object. */
  public QueryEngine(QuerySettings settings, Catalog catalog, MeterRegistry registry) {
    this(settings, catalog, registry, new SnapshotLeases());
  }

  /**
   * The same.
   *
   * @param leases told of the snapshots that queries read, as long as they do
   */
  public QueryEngine(
      QuerySettings settings, Catalog catalog, MeterRegistry registry, SnapshotLeases leases) {
    this(settings, catalog, registry, leases, InstantSource.system(), Pruning.ON);
  }

  QueryEngine(
      QuerySettings settings,
      Catalog catalog,
      MeterRegistry registry,
      SnapshotLeases leases,
      InstantSource time,
      Pruning pruning) {
    this.settings = settings;
    this.pool = new WorkerPool(workers(settings), InstantSource.system(), registry);
    this.threads =
        new ThreadPoolExecutor(
            settings.workers(),
            settings.workers(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(settings.maxWaiting()),
            named("leat-query-"));
    this.clock = new ScheduledThreadPoolExecutor(1, named("leat-query-clock-"));
    clock.setRemoveOnCancelPolicy(true);
    this.cache =
        new FileCache(
            settings.directory().resolve("cache"),
            settings.cacheBytes(),
            settings.fetches(),
            named("leat-query-fetch-"),
            registry);
    TableNames names = new TableNames(catalog);
    this.tables = new TableListing(names);
    this.engine =
        new QueryRun.Engine(
            settings,
            pool,
            new Planner(names, settings.maxFiles(), pruning),
            new ShowTables(names),
            cache,
            leases,
            clock,
            threads,
            new ObjectMapper(),
            registry,
            time);
    Gauge.builder(
            "leat_query_waiting_fill",
            threads,
            t -> t.getQueue().size() / (double) settings.maxWaiting())
        .description("Queries that wait for a worker, as a share of the bound, 0 to 1")
        .register(registry);
    Gauge.builder("leat_query_running", threads, ThreadPoolExecutor::getActiveCount)
        .register(registry);
    long every = Math.max(1, settings.idleWorker().toMillis() / 4);
    this.idleness =
        clock.scheduleWithFixedDelay(this::stopIdle, every, every, TimeUnit.MILLISECONDS);
    Thread warmer = new Thread(this::warm, "leat-query-warm");
    warmer.setDaemon(true);
    warmer.start();
  }

  /**
   * Runs a query on the engine's threads.
   *
   * @param rowLimit rows of the answer; 0 means the settings' default; more than their maximum is
   *     cut to it
   * @param access the tables that it may name
   * @throws LeatException SQL_INVALID when the statement is too long, OVERLOADED, NOT_READY; all
   *     else is told to the sink
   */
  public QueryHandle run(String sql, long rowLimit, TableAccess access, ResultSink sink) {
    if (sql.isBlank()) {
      throw new LeatException(ErrorCode.SQL_INVALID, "The statement is empty");
    }
    if (sql.getBytes(StandardCharsets.UTF_8).length > settings.maxSqlBytes()) {
      throw new LeatException(
          ErrorCode.SQL_INVALID,
          "The statement has more than " + settings.maxSqlBytes() + " bytes");
    }
    if (rowLimit < 0) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "The row limit must not be negative");
    }
    long rows = rowLimit == 0 ? settings.defaultRows() : Math.min(rowLimit, settings.maxRows());
    QueryRun run = new QueryRun(engine, sql, rows, access, sink);
    run.watch();
    try {
      threads.execute(run);
    } catch (RejectedExecutionException e) {
      run.withdraw();
      throw threads.isShutdown()
          ? new LeatException(ErrorCode.NOT_READY, "The query engine is stopping", e)
          : new LeatException(
              ErrorCode.OVERLOADED,
              settings.workers()
                  + " queries are running and "
                  + settings.maxWaiting()
                  + " are waiting; try again later",
              e);
    }
    return run;
  }

  /**
   * Runs a query over any tables and waits for the whole answer, which is kept in memory: for
   * callers within the process, with small answers.
   *
   * @throws LeatException whatever went wrong
   */
  public QueryResult query(String sql, long rowLimit) {
    CollectingSink sink = new CollectingSink();
    QueryHandle handle = run(sql, rowLimit, TableAccess.ALL, sink);
    return sink.await(handle);
  }

  /**
   * The tables that may be read with their columns, sorted by name.
   *
   * @throws LeatException LAKE_UNAVAILABLE
   */
  public List<QueryableTable> tables(TableAccess access) {
    return tables.list(access);
  }

  /** The ids of the worker processes that are alive. */
  public List<Long> workerPids() {
    return pool.pids();
  }

  QuerySettings settings() {
    return settings;
  }

  /** Ends all queries and workers. */
  @Override
  public void close() {
    threads.shutdown();
    engine.running().forEach(run -> run.stop(ErrorCode.NOT_READY));
    idleness.cancel(false);
    pool.close();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    cache.close();
    clock.shutdownNow();
  }

  /** A failure must not end the schedule. */
  private void stopIdle() {
    try {
      pool.stopIdle();
    } catch (RuntimeException e) {
      LOG.error("Idle query workers cannot be ended", e);
    }
  }

  private void warm() {
    try {
      pool.warm();
    } catch (LeatException e) {
      LOG.warn("The first query worker does not start: code={}", e.code().code(), e);
    }
  }

  static WorkerSettings workers(QuerySettings settings) {
    return new WorkerSettings(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        classPath(),
        settings.directory().toAbsolutePath(),
        settings.workers(),
        settings.memoryBytes(),
        START_WITHIN,
        settings.idleWorker(),
        MAX_BACK_OFF);
  }

  /** Where the classes that a worker needs come from in this process. */
  private static List<Path> classPath() {
    return Stream.of(
            QueryWorker.class,
            org.duckdb.DuckDBDriver.class,
            JsonFactory.class,
            ObjectMapper.class,
            JsonProperty.class)
        .map(QueryEngine::source)
        .distinct()
        .toList();
  }

  private static Path source(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The class path cannot be told", e);
    }
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
