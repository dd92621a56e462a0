package io.leat.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.query.cache.FileCache;
import io.leat.query.cache.Lease;
import io.leat.query.cache.RemoteFile;
import io.leat.query.planning.ComputedTimes;
import io.leat.query.planning.ParsedQuery;
import io.leat.query.planning.PlannedTable;
import io.leat.query.planning.Planner;
import io.leat.query.planning.ShowTables;
import io.leat.query.planning.TableAccess;
import io.leat.query.process.WorkerPool;
import io.leat.query.process.WorkerProcess;
import io.leat.query.worker.Frame;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One query. Its thread borrows a worker, plans, and passes frames on; the engine's clock ends it
 * when its time is over. What both touch is guarded by this object's monitor.
 */
final class QueryRun implements QueryHandle, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(QueryRun.class);

  /** A worker that takes longer for this little work hangs. */
  private static final Duration PARSED_WITHIN = Duration.ofSeconds(4);

  /** What all queries share. */
  record Engine(
      QuerySettings settings,
      WorkerPool pool,
      Planner planner,
      ShowTables shown,
      FileCache cache,
      SnapshotLeases leases,
      ScheduledExecutorService clock,
      ThreadPoolExecutor threads,
      ObjectMapper mapper,
      MeterRegistry registry,
      InstantSource time,
      Set<QueryRun> running,
      AtomicLong numbers) {
    Engine(
        QuerySettings settings,
        WorkerPool pool,
        Planner planner,
        ShowTables shown,
        FileCache cache,
        SnapshotLeases leases,
        ScheduledExecutorService clock,
        ThreadPoolExecutor threads,
        ObjectMapper mapper,
        MeterRegistry registry,
        InstantSource time) {
      this(
          settings,
          pool,
          planner,
          shown,
          cache,
          leases,
          clock,
          threads,
          mapper,
          registry,
          time,
          ConcurrentHashMap.newKeySet(),
          new AtomicLong());
    }
  }

  private enum Phase {
    WAITING,
    PLANNING,
    RUNNING,
    OVER
  }

  private final Engine engine;
  private final long number;
  private final String sql;
  private final long maxRows;
  private final TableAccess access;
  private final ResultSink sink;
  private final WorkerMessages messages;
  private final Room room = new Room();
  private final Lease lease;
  private final SnapshotLeases.Reader snapshots;
  private final long started = System.nanoTime();

  private Phase phase = Phase.WAITING;
  private @Nullable ErrorCode stopped;
  private @Nullable WorkerProcess worker;
  private @Nullable Thread thread;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable ScheduledFuture<?> enforcement;

  QueryRun(Engine engine, String sql, long maxRows, TableAccess access, ResultSink sink) {
    this.engine = engine;
    this.number = engine.numbers().incrementAndGet();
    this.sql = sql;
    this.maxRows = maxRows;
    this.access = access;
    this.sink = sink;
    this.lease = engine.cache().lease();
    this.snapshots = engine.leases().reader();
    this.messages = new WorkerMessages(engine.mapper(), engine.settings());
  }

  /** Starts the clock. */
  void watch() {
    engine.running().add(this);
    ScheduledFuture<?> alarm =
        engine
            .clock()
            .schedule(
                () -> stop(ErrorCode.QUERY_TIMEOUT),
                engine.settings().timeLimit().toMillis(),
                TimeUnit.MILLISECONDS);
    synchronized (this) {
      deadline = alarm;
    }
  }

  /** It was never queued: the sink hears nothing. */
  void withdraw() {
    over();
  }

  @Override
  public void cancel() {
    stop(ErrorCode.QUERY_CANCELLED);
  }

  /** Ends the query for a reason; the first one counts. */
  void stop(ErrorCode reason) {
    boolean neverStarted;
    synchronized (this) {
      if (phase == Phase.OVER || stopped != null) {
        return;
      }
      stopped = reason;
      room.abandon();
      lease.abandon();
      neverStarted = phase == Phase.WAITING && engine.threads().remove(this);
      if (phase == Phase.RUNNING && worker != null) {
        tell(worker);
      }
    }
    if (neverStarted) {
      fail(stopFailure(reason));
    } else {
      enforce();
    }
  }

  private void enforce() {
    long patience = engine.settings().obeyWithin().toMillis();
    try {
      ScheduledFuture<?> alarm =
          engine.clock().schedule(this::force, patience, TimeUnit.MILLISECONDS);
      synchronized (this) {
        enforcement = alarm;
      }
    } catch (RejectedExecutionException e) {
      LOG.debug("The engine is closing: a query is ended at once", e);
      force();
    }
  }

  private void tell(WorkerProcess process) {
    try {
      process.send(
          new Frame(Frame.CANCEL, Long.toString(number).getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      LOG.debug("A query worker cannot be told to stop: pid={}", process.pid(), e);
      process.kill();
    }
  }

  /** It was told to stop and did not. */
  private synchronized void force() {
    if (phase == Phase.OVER) {
      return;
    }
    LOG.warn("A query does not stop and is killed: phase={}", phase);
    if (worker != null) {
      worker.kill();
    }
    if (phase == Phase.PLANNING && thread != null) {
      thread.interrupt();
    }
  }

  @Override
  public void run() {
    QuerySummary summary;
    try {
      begin();
      summary = answer();
    } catch (LeatException e) {
      fail(reason(e));
      return;
    } catch (IOException e) {
      fail(reason(unavailable(e)));
      return;
    } catch (RuntimeException e) {
      LOG.error("A query failed", e);
      fail(reason(new LeatException(ErrorCode.INTERNAL, "The query failed", e)));
      return;
    }
    succeed(summary);
  }

  /** Has the worker answer, and lets go of worker and files before anybody is told of the end. */
  private QuerySummary answer() throws IOException {
    WorkerProcess process = engine.pool().borrow();
    WorkerExchange exchange =
        new WorkerExchange(process, engine.mapper(), messages, this::isStopped);
    try {
      enter(Phase.PLANNING, process);
      String statement = engine.shown().statement(sql, access);
      ScheduledFuture<?> late =
          engine.clock().schedule(process::kill, PARSED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      ParsedQuery parsed;
      Instant now;
      ComputedTimes times;
      try {
        parsed = exchange.parse(statement);
        now = engine.time().instant();
        times = exchange.compute(parsed.times(), now);
      } finally {
        late.cancel(false);
      }
      List<PlannedTable> tables = engine.planner().plan(parsed, access, times, snapshots);
      Map<String, Path> fetched = lease.take(remote(tables));
      enter(Phase.RUNNING, process);
      byte[] request =
          messages.execute(
              number, statement, maxRows, tables, fetched, parsed.readsClock() ? now : null);
      return summary(exchange.execute(request, sink, room), tables);
    } finally {
      leave();
      exchange.end(engine.pool());
      lease.close();
      snapshots.close();
    }
  }

  private static List<RemoteFile> remote(List<PlannedTable> tables) {
    return tables.stream().flatMap(table -> table.remote().stream()).toList();
  }

  private static LeatException unavailable(IOException cause) {
    return new LeatException(
        ErrorCode.QUERY_ENGINE_UNAVAILABLE,
        "The query engine's process ended in mid-query; send the query again",
        cause);
  }

  private synchronized void begin() {
    thread = Thread.currentThread();
    phase = Phase.PLANNING;
    refuseIfStopped();
  }

  private synchronized void enter(Phase next, WorkerProcess process) {
    worker = process;
    phase = next;
    refuseIfStopped();
  }

  /** From here on nobody interrupts the thread or kills the worker for this query. */
  private synchronized void leave() {
    worker = null;
    thread = null;
    Thread.interrupted();
  }

  private synchronized boolean isStopped() {
    return stopped != null;
  }

  private synchronized void refuseIfStopped() {
    if (stopped != null) {
      throw stopFailure(stopped);
    }
  }

  /** Why it ended: because it was told to, if it was. */
  private synchronized LeatException reason(LeatException failure) {
    return stopped == null ? failure : stopFailure(stopped);
  }

  private LeatException stopFailure(ErrorCode reason) {
    return new LeatException(
        reason,
        switch (reason) {
          case QUERY_TIMEOUT ->
              "The query ran longer than its limit of "
                  + engine.settings().timeLimit().toMillis() / 1000.0
                  + " s";
          case QUERY_CANCELLED -> "The query was cancelled";
          default -> "The query engine is stopping";
        });
  }

  private QuerySummary summary(JsonNode answer, List<PlannedTable> tables) {
    long files = 0;
    long skipped = 0;
    long bytes = 0;
    for (PlannedTable table : tables) {
      files += table.files().size();
      skipped += table.skipped();
      bytes += table.bytes();
    }
    engine.registry().counter("leat_query_files", "kind", "scanned").increment((double) files);
    engine.registry().counter("leat_query_files", "kind", "skipped").increment((double) skipped);
    return new QuerySummary(
        answer.path("rows").asLong(),
        answer.path("truncated").asBoolean(),
        (System.nanoTime() - started) / 1_000_000,
        files,
        skipped,
        bytes);
  }

  /** All rows are out: a stop that comes now is too late. */
  private void succeed(QuerySummary summary) {
    if (over()) {
      record("done");
      sink.done(summary);
    }
  }

  private void fail(LeatException failure) {
    if (over()) {
      record(failure.code().code());
      sink.failed(failure);
    }
  }

  /** True for the first caller. */
  private boolean over() {
    engine.running().remove(this);
    synchronized (this) {
      if (phase == Phase.OVER) {
        return false;
      }
      phase = Phase.OVER;
      if (deadline != null) {
        deadline.cancel(false);
      }
      if (enforcement != null) {
        enforcement.cancel(false);
      }
      return true;
    }
  }

  private void record(String outcome) {
    engine
        .registry()
        .timer("leat_query_duration", "outcome", outcome)
        .record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
  }
}
