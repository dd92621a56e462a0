package io.leat.files.work;

import io.leat.event.LeatException;
import io.leat.files.arrival.LocalInput;
import io.leat.files.deadletter.DeadLetters;
import io.leat.files.ledger.Category;
import io.leat.files.ledger.Claimed;
import io.leat.files.ledger.Failure;
import io.leat.files.ledger.LeaseLostException;
import io.leat.files.ledger.Ledger;
import io.leat.files.ledger.Progress;
import io.leat.files.ledger.Totals;
import io.leat.rules.file.FileRetry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims files that are due and works on them, some at a time; workers of other processes may do so
 * for the same sources. A thread of its own keeps the leases and writes progress down.
 */
public final class FileWorkers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FileWorkers.class);
  private static final long IDLE_MILLIS = 500;
  private static final long TROUBLE_MILLIS = 2_000;
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  /** A file that takes its process with it so often is given up. */
  private static final int MOST_LOST = 20;

  private final Ledger ledger;
  private final FileAttempt.Tools tools;
  private final String instance;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final FileMetrics metrics;
  private final Map<String, RunningAttempt> running = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Thread keeper;
  private final Semaphore woken = new Semaphore(0);
  private volatile Map<String, FileSource> sources = Map.of();
  private volatile boolean isStopping;

  /**
   * Made; {@link #start} begins.
   *
   * @param instance names the process for good; it runs once at a time
   * @param engine names the program that converts, for manifests
   */
  public FileWorkers(
      Ledger ledger,
      WorkSettings settings,
      RowFeed feed,
      String instance,
      String engine,
      RandomGenerator random,
      InstantSource clock,
      MeterRegistry registry) {
    this.ledger = ledger;
    this.tools = new FileAttempt.Tools(ledger, settings, feed, engine, clock);
    this.instance = instance;
    this.random = random;
    this.clock = clock;
    this.metrics = new FileMetrics(registry);
    for (int i = 1; i <= settings.workers(); i++) {
      String owner = instance + "/" + i;
      Thread thread = new Thread(() -> run(owner), "leat-files-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
    this.keeper = new Thread(this::keep, "leat-files-keeper");
    this.keeper.setDaemon(true);
    Gauge.builder("leat_files_running", running, Map::size).register(registry);
  }

  /** Gives up what an earlier run of this process left, and begins to work. */
  public void start() {
    int released = ledger.release(instance);
    if (released > 0) {
      log.info("Going on with {} files that an earlier run left", released);
    }
    keeper.start();
    threads.forEach(Thread::start);
  }

  /** Works for these sources from now on, and for no others. What is under way goes on. */
  public void follow(Collection<FileSource> all) {
    sources = all.stream().collect(Collectors.toUnmodifiableMap(FileSource::name, one -> one));
    wake();
  }

  /** There may be something to do. */
  public void wake() {
    woken.release();
  }

  /** How far the work on a file of this process is. */
  public Optional<Progress> progress(String file) {
    RunningAttempt attempt = running.get(file);
    return attempt == null ? Optional.empty() : Optional.of(attempt.progress());
  }

  private void run(String owner) {
    while (!isStopping) {
      try {
        if (!claimAndWork(owner) && woken.tryAcquire(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
          woken.drainPermits();
        }
      } catch (InterruptedException e) {
        if (isStopping) {
          return;
        }
      } catch (RuntimeException e) {
        if (!isStopping) {
          log.warn("Cannot work on files: {}", e.getMessage());
          pause();
        }
      } catch (Error e) {
        log.error("Cannot work on files", e); // without this thread fewer would work, unseen
        pause();
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(TROUBLE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean claimAndWork(String owner) throws InterruptedException {
    Map<String, FileSource> permitted =
        sources.values().stream()
            .filter(source -> source.breakers().permits())
            .collect(Collectors.toMap(FileSource::name, source -> source));
    Claimed claimed = null;
    try {
      claimed = ledger.claim(owner, permitted.keySet()).orElse(null);
    } finally {
      String taken =
          claimed == null
              ? ""
              : claimed.file().seen().blueprint() + "." + claimed.file().seen().source();
      permitted.forEach(
          (name, source) -> {
            if (!name.equals(taken)) {
              source.breakers().unused();
            }
          });
    }
    if (claimed == null) {
      return false;
    }
    FileSource source =
        permitted.get(claimed.file().seen().blueprint() + "." + claimed.file().seen().source());
    if (source != null) {
      work(source, claimed);
    }
    return true;
  }

  private void work(FileSource source, Claimed claimed) throws InterruptedException {
    RunningAttempt attempt = new RunningAttempt(claimed.lease(), ledger, Thread.currentThread());
    running.put(attempt.file(), attempt);
    FileAttempt work = new FileAttempt(source, claimed, attempt, tools);
    try {
      attempt(source, claimed, attempt, work);
    } finally {
      attempt.end();
      running.remove(attempt.file());
      boolean wasInterrupted = Thread.interrupted(); // by whoever saw that the lease was lost
      work.close();
      if (wasInterrupted && isStopping) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void attempt(FileSource source, Claimed claimed, RunningAttempt attempt, FileAttempt work)
      throws InterruptedException {
    AttemptFailedException failed = null;
    try {
      if (claimed.lost() >= MOST_LOST) {
        throw new AttemptFailedException(
            new Failure(
                Category.OURS,
                "process-lost",
                claimed.lost() + " attempts ended with their process"),
            null,
            null);
      }
      ended(source, claimed, work, work.run());
      source.breakers().ended(null, "", work.reachedSink());
      return;
    } catch (AttemptFailedException e) {
      if (e.failure().category() == Category.OURS && e.getCause() != null) {
        log.error("An attempt at file {} failed", claimed.file().id(), e.getCause());
      }
      failed = e;
    } catch (LeaseLostException e) {
      source.breakers().unused();
      metrics.ended(source, "lost", null, work.took());
      log.warn("{}", e.getMessage());
      return;
    } catch (InterruptedException e) {
      source.breakers().unused();
      interrupted(source, claimed, attempt, work);
      return;
    } catch (LeatException e) {
      source.breakers().unused();
      throw e; // the ledger is away: the lease runs out, and nothing is counted
    } catch (Throwable e) {
      log.error("An attempt at file {} failed", claimed.file().id(), e);
      failed = Failures.of(e);
    }
    if (Thread.interrupted()) {
      source.breakers().unused();
      interrupted(source, claimed, attempt, work);
      return;
    }
    source.breakers().ended(failed.side(), failed.failure().reason(), work.reachedSink());
    end(source, claimed, attempt, work, failed.failure());
  }

  private void ended(FileSource source, Claimed claimed, FileAttempt work, boolean isPublished) {
    metrics.ended(source, isPublished ? "published" : "duplicate", null, work.took());
    Totals totals = work.totals();
    if (totals != null) {
      metrics.published(source, totals, claimed.file().seen().size());
    }
    log.info(
        "File {} ({}) is {}",
        claimed.file().id(),
        source.name(),
        isPublished ? "published" : "the same as another");
  }

  /** It stops, or somebody took the file over. */
  private void interrupted(
      FileSource source, Claimed claimed, RunningAttempt attempt, FileAttempt work)
      throws InterruptedException {
    Thread.interrupted(); // so that the database can be told
    if (attempt.isLost()) {
      metrics.ended(source, "lost", null, work.took());
      log.warn("An attempt at file {} was taken over", claimed.file().id());
      return;
    }
    attempt.flush();
    attempt.end();
    try {
      ledger.handBack(claimed.lease(), work.state(), work.took());
      metrics.ended(source, "handed_back", null, work.took());
    } catch (LeaseLostException e) {
      log.warn("{}", e.getMessage());
    }
    if (isStopping) {
      throw new InterruptedException("it stops");
    }
  }

  private void end(
      FileSource source, Claimed claimed, RunningAttempt attempt, FileAttempt work, Failure failure)
      throws InterruptedException {
    FileRetry retry = source.spec().retry();
    int failures = claimed.file().failures() + 1;
    boolean isOver =
        !Failures.mayPass(failure) || failures >= retry.attempts() || claimed.lost() >= MOST_LOST;
    try {
      if (isOver) {
        giveUpUnlessPublished(source, claimed, attempt, work, failure, failures);
      } else {
        attempt.end();
        Duration pause = Backoff.pause(retry, failures, random);
        ledger.failed(claimed.lease(), work.state(), failure, pause, work.took());
        metrics.ended(source, "failed", failure.category(), work.took());
        log.warn(
            "File {} ({}) failed, and is tried again in {} s: {}",
            claimed.file().id(),
            source.name(),
            pause.toSeconds(),
            failure.reason());
      }
    } catch (LeaseLostException e) {
      log.warn("{}", e.getMessage());
    }
  }

  /**
   * Nothing whose output can be seen is given up. Where that cannot be seen, trying it again finds
   * it.
   */
  private void giveUpUnlessPublished(
      FileSource source,
      Claimed claimed,
      RunningAttempt attempt,
      FileAttempt work,
      Failure failure,
      int failures)
      throws InterruptedException {
    Failure told = failure;
    try {
      if (work.adopt()) {
        ended(source, claimed, work, true);
        return;
      }
    } catch (AttemptFailedException e) {
      told = e.failure();
    } catch (InterruptedException e) {
      interrupted(source, claimed, attempt, work);
      return;
    }
    giveUp(source, claimed, attempt, work, told, failures);
  }

  /** The lease is kept while the file is copied, which may take long. */
  private void giveUp(
      FileSource source,
      Claimed claimed,
      RunningAttempt attempt,
      FileAttempt work,
      Failure failure,
      int failures)
      throws InterruptedException {
    String place = null;
    Failure told = failure;
    try {
      removeParts(source, claimed, work);
      LocalInput input = work.input();
      Path content = input == null ? null : input.path();
      place =
          source
              .deadLetters()
              .put(
                  new DeadLetters.Letter(
                      claimed.file().seen(),
                      claimed.file().id(),
                      failure,
                      claimed.file().fence(),
                      clock.instant(),
                      content));
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        interrupted(source, claimed, attempt, work);
        return;
      }
      log.error("Cannot keep file {} as a dead letter: {}", claimed.file().id(), e.toString());
      told =
          new Failure(
              failure.category(),
              failure.code(),
              failure.reason() + " (and it could not be put among the dead letters)");
    }
    attempt.end();
    if (attempt.isLost()) {
      interrupted(source, claimed, attempt, work);
      return;
    }
    ledger.deadLettered(claimed.lease(), work.state(), told, place, work.took());
    metrics.ended(source, "dead_lettered", failure.category(), work.took());
    log.error(
        "Gave file {} ({}) up after {} attempts: {}. `leat files retry {}` tries it again.",
        claimed.file().id(),
        source.name(),
        failures,
        failure.reason(),
        claimed.file().id());
    removeInput(source, claimed, work, place);
  }

  /** First, so that a disk that is full of them has room for the file among the dead letters. */
  private static void removeParts(FileSource source, Claimed claimed, FileAttempt work) {
    String destination = work.destination();
    if (destination != null) {
      try {
        source.outputs().clean(destination, claimed.file().id(), null);
      } catch (IOException e) {
        Leftovers.log(claimed.file(), e); // where it goes may be why the file is given up
      }
    }
  }

  /** Only what is among the dead letters is taken away; what stays, by whoever keeps house. */
  private void removeInput(
      FileSource source, Claimed claimed, FileAttempt work, @Nullable String place) {
    if (place == null || work.input() == null) {
      return;
    }
    try {
      if (Leftovers.goes(source, claimed.file())) {
        source.inputs().remove(claimed.file().seen());
      }
      ledger.tidied(claimed.file().id());
    } catch (IOException | LeatException e) {
      Leftovers.log(claimed.file(), e);
    }
  }

  private void keep() {
    while (!isStopping) {
      try {
        Thread.sleep(tools.settings().flush().toMillis());
        running.values().forEach(RunningAttempt::flush);
      } catch (InterruptedException e) {
        return; // close() asks for it
      } catch (Throwable e) { // without this thread no lease would be kept any more
        log.warn("Cannot write the progress of files down: {}", e.toString());
      }
    }
  }

  /** Interrupts what is under way; it is handed back. */
  @Override
  public void close() {
    isStopping = true;
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(CLOSE_WITHIN.toMillis());
      }
      keeper.interrupt();
      keeper.join(CLOSE_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
