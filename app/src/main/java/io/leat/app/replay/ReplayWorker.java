package io.leat.app.replay;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.TableLocks;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.ReplayRange;
import io.leat.state.Replay;
import io.leat.state.ReplayState;
import io.leat.state.Replays;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.Catalog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the replay that is open, on a thread of its own; also what an earlier process left behind. A
 * building one begins anew, a switching one goes on.
 */
public final class ReplayWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReplayWorker.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
  private static final int MOST_ATTEMPTS = 5;

  private final Replays replays;
  private final Around around;
  private final Tools tools;
  private final SwitchMarks marks;
  private final InstantSource clock;
  private final Semaphore wake = new Semaphore(1);
  private final Thread thread = new Thread(this::run, "leat-replay");
  private volatile Progress progress = Progress.WAITING;
  private volatile long working = -1;
  private volatile boolean cancelled;
  private volatile boolean closed;
  private int attempts;

  /**
   * What is known of the streams.
   *
   * @param plans by topic, as records are processed now; null when there is no such stream
   * @param bounds by topic, how far the log is surely in all tables
   * @param tooMuchLoad why the work should wait
   */
  public record Around(
      Function<String, @Nullable StreamPlan> plans,
      Function<String, Replay.Bounds> bounds,
      Supplier<Optional<String>> tooMuchLoad) {}

  /**
   * What the work is done with.
   *
   * @param scratch a folder for temporary files, of nobody else
   * @param coreShare of one core, above 0, at most 1
   */
  public record Tools(
      Catalog catalog, SnapshotLeases leases, TableLocks locks, Path scratch, double coreShare) {}

  /** A switch that was broken off is known from now on, before anybody looks at the tables. */
  public ReplayWorker(
      Replays replays, Around around, Tools tools, SwitchMarks marks, InstantSource clock) {
    this.replays = replays;
    this.around = around;
    this.tools = tools;
    this.marks = marks;
    this.clock = clock;
    thread.setDaemon(true);
    replays
        .open()
        .filter(one -> one.state() == ReplayState.SWITCHING)
        .ifPresent(one -> marks.begin(one.topic()));
  }

  /** Begins, at once, with what was left behind. */
  public void start() {
    thread.start();
  }

  /** There is something new to do, or what is being done is to be given up. */
  public void wake(long replay, ReplayState wanted) {
    if (wanted == ReplayState.DROPPING && working == replay) {
      cancelled = true;
    }
    wake.release();
  }

  /** How far the replay is; waiting when it is not worked on. */
  public Progress progress(long replay) {
    return working == replay ? progress : Progress.WAITING;
  }

  private void run() {
    while (!closed) {
      try {
        wake.drainPermits();
        if (step()) {
          attempts = 0;
          wake.acquire();
        } else {
          wake.tryAcquire(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Whether there is nothing left to do. */
  private boolean step() {
    Replay replay = null;
    try {
      for (replay = replays.open().orElse(null); replay != null && !closed; ) {
        working = replay.id();
        cancelled = false;
        progress = Progress.WAITING;
        work(replay);
        working = -1;
        replay = replays.open().orElse(null);
      }
      return true;
    } catch (CancellationException e) {
      return closed; // what is open now tells how to go on
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        failed(replay, e);
      }
      return closed;
    } finally {
      working = -1;
    }
  }

  private void work(Replay replay) throws IOException {
    ShadowTables tables = new ShadowTables(tools.catalog(), replay);
    switch (replay.state()) {
      case BUILDING -> build(replay, tables);
      case SWITCHING -> {
        switchTo(replay, tables);
        replays.move(replay.id(), ReplayState.SWITCHING, ReplayState.SWITCHED, null);
        log.info("Switched to the replay {} of {}", replay.id(), replay.topic());
      }
      case DROPPING -> {
        tables.drop();
        replays.move(replay.id(), ReplayState.DROPPING, ReplayState.DROPPED, null);
      }
      case BUILT, SWITCHED, DROPPED, FAILED ->
          throw new IllegalStateException("nothing is to be done");
    }
  }

  private void build(Replay replay, ShadowTables tables) throws IOException {
    StreamPlan plan = around.plans().apply(replay.topic());
    if (plan == null) {
      throw new LeatException(
          ErrorCode.UNKNOWN_STREAM, "There is no stream '" + replay.topic() + "' any more");
    }
    Replay.Bounds bounds = around.bounds().apply(replay.topic());
    if (!replays.begin(replay.id(), bounds, plan.fingerprint())) {
      return; // given up meanwhile
    }
    ReplayRange range = range(replay, bounds);
    ReplayPace pace = pace();
    long start = System.nanoTime();
    PositionSet covered =
        new ShadowBuild(
                tables,
                plan,
                range,
                tools.scratch(),
                tools.leases(),
                pace,
                clock,
                now -> progress = now)
            .run();
    String comparison =
        new Comparison(tables, range, tools.leases(), pace, now -> progress = now)
            .run(covered)
            .toString();
    replays.built(replay.id(), comparison);
    log.info(
        "Replayed: replay={} stream={} records={} millis={}",
        replay.id(),
        replay.topic(),
        covered.size(),
        (System.nanoTime() - start) / 1_000_000);
  }

  private void switchTo(Replay replay, ShadowTables tables) throws IOException {
    ReplayRange range = range(replay, bounds(replay));
    ReplayPace pace = pace();
    StreamPlan plan = around.plans().apply(replay.topic());
    new ReplaySwitch(
            replay,
            tables,
            range,
            tools.locks(),
            tools.leases(),
            pace,
            marks,
            plan == null
                ? null
                : new ReturnedIds(
                    replay, tables, plan, range, tools.scratch(), tools.leases(), pace),
            now -> progress = now)
        .run();
  }

  private static Replay.Bounds bounds(Replay replay) {
    if (replay.bounds() == null) {
      throw new IllegalStateException("the replay " + replay.id() + " never began");
    }
    return replay.bounds();
  }

  private static ReplayRange range(Replay replay, Replay.Bounds bounds) {
    return new ReplayRange(replay.from(), replay.to(), bounds.epoch(), bounds.before());
  }

  private ReplayPace pace() {
    return new ReplayPace(tools.coreShare(), () -> closed || cancelled, around.tooMuchLoad());
  }

  /** A build that cannot be done ends; a switch goes on until it is done. */
  private void failed(@Nullable Replay replay, Exception failure) {
    log.warn("A replay cannot go on for now: {}", failure.toString());
    log.debug("A replay cannot go on for now", failure);
    if (replay == null) {
      return;
    }
    String why = failure instanceof LeatException ? failure.getMessage() : failure.toString();
    boolean isFinal = failure instanceof LeatException known && isFinal(known.code());
    try {
      if (replay.state() == ReplayState.BUILDING && (isFinal || ++attempts >= MOST_ATTEMPTS)) {
        new ShadowTables(tools.catalog(), replay).drop();
        replays.move(replay.id(), ReplayState.BUILDING, ReplayState.FAILED, why);
      } else if (replay.state() == ReplayState.SWITCHING && isFinal && !isBegun(replay)) {
        replays.move(replay.id(), ReplayState.SWITCHING, ReplayState.BUILT, why);
        marks.end(replay.topic());
      } else {
        replays.move(replay.id(), replay.state(), replay.state(), why);
      }
    } catch (RuntimeException e) {
      log.warn("What became of the replay {} cannot be noted: {}", replay.id(), e.toString());
    }
  }

  /** Whether a table has something of it. */
  private boolean isBegun(Replay replay) {
    ShadowTables tables = new ShadowTables(tools.catalog(), replay);
    return ReplaySwitch.isBegun(replay, tables);
  }

  private static boolean isFinal(ErrorCode code) {
    return switch (code) {
      case LAKE_UNAVAILABLE, STATE_UNAVAILABLE, LOG_UNAVAILABLE, PROCESSOR_UNAVAILABLE, NOT_READY ->
          false;
      default -> true;
    };
  }

  /** Leaves what is under way to the next start. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
