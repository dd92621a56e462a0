package io.leat.app.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the server running. All server processes are begun by one thread that lives as long as this
 * does, because Linux sends a death signal when the beginning thread ends, not the process.
 */
final class PostgresSupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresSupervisor.class);
  private static final Logger SERVER = LoggerFactory.getLogger("io.leat.postgres");
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** A server that ran this long has a clean record again. */
  private static final Duration PROBATION = Duration.ofMinutes(10);

  private final List<String> command;
  private final Path cluster;
  private final PostgresSettings settings;
  private final Thread thread = new Thread(this::supervise, "leat-postgres");
  private final CompletableFuture<Void> firstStart = new CompletableFuture<>();
  private final CompletableFuture<Void> closing = new CompletableFuture<>();
  private final AtomicReference<@Nullable Process> server = new AtomicReference<>();
  private final AtomicReference<String> lastWords = new AtomicReference<>("");
  private final AtomicLong restarts = new AtomicLong();

  PostgresSupervisor(List<String> command, Path cluster, PostgresSettings settings) {
    this.command = List.copyOf(command);
    this.cluster = cluster;
    this.settings = settings;
    this.thread.setDaemon(true);
  }

  /** Starts the server and returns when it is ready. */
  void start() throws IOException {
    thread.start();
    try {
      firstStart.get(settings.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(String.valueOf(cause.getMessage()), cause);
    } catch (TimeoutException e) {
      close();
      throw new IOException(
          "it was not ready within "
              + settings.startTimeout().toSeconds()
              + " s: "
              + lastWords.get(),
          e);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while PostgreSQL was starting", e);
    }
  }

  long pid() {
    Process process = server.get();
    return process == null ? -1 : process.pid();
  }

  long restarts() {
    return restarts.get();
  }

  @Override
  public void close() {
    closing.complete(null);
    boolean interrupted = Thread.interrupted();
    try {
      long most = settings.stopTimeout().toMillis() * 4 + 1_000;
      thread.join(most);
      if (thread.isAlive()) {
        LOG.warn("PostgreSQL's supervisor did not end within {} ms", most);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void supervise() {
    int failures = 0;
    while (!isClosing()) {
      long begun = System.nanoTime();
      try {
        runOnce();
      } catch (IOException | RuntimeException e) {
        LOG.warn("PostgreSQL cannot be run", e);
        lastWords.set(String.valueOf(e.getMessage()));
      }
      if (isClosing()) {
        break;
      }
      if (!firstStart.isDone()) {
        firstStart.completeExceptionally(new IOException("it ended at once: " + lastWords.get()));
        break;
      }
      failures = System.nanoTime() - begun > PROBATION.toNanos() ? 1 : failures + 1;
      if (failures > settings.restarts()) {
        LOG.error("PostgreSQL died {} times in a row; it is not started again", failures);
        break;
      }
      Duration pause = pause(failures);
      LOG.warn("PostgreSQL died: {}. Starting it again in {}", lastWords.get(), pause);
      restarts.incrementAndGet();
      awaitClosing(pause);
    }
  }

  /** From the start of a server to its end; stops it when this is closed. */
  private void runOnce() throws IOException {
    Postmaster.clear(cluster, settings.stopTimeout());
    Process process =
        new ProcessBuilder(command).directory(cluster.toFile()).redirectErrorStream(true).start();
    server.set(process);
    process.getOutputStream().close();
    Thread log = new Thread(() -> copyLog(process), "leat-postgres-log");
    log.setDaemon(true);
    log.start();
    while (process.isAlive() && !isClosing() && !Postmaster.isReady(cluster, process.pid())) {
      awaitClosing(LOOK);
    }
    if (process.isAlive() && !isClosing()) {
      firstStart.complete(null);
    }
    CompletableFuture.anyOf(process.onExit(), closing).join();
    if (process.isAlive()) {
      new Postmaster(process.toHandle(), cluster).stop(settings.stopTimeout());
    }
    joinLog(log);
  }

  private void copyLog(Process process) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        lastWords.set(line);
        if (line.startsWith("PANIC")) {
          SERVER.error("{}", line);
        } else if (isClosing() && line.startsWith("FATAL:  terminating connection")) {
          SERVER.debug("{}", line); // as we told it to
        } else if (line.startsWith("WARNING")
            || line.startsWith("ERROR")
            || line.startsWith("FATAL")) { // fatal to one session only
          SERVER.warn("{}", line);
        } else {
          SERVER.info("{}", line);
        }
      }
    } catch (IOException e) {
      SERVER.debug("PostgreSQL's log ended", e);
    }
  }

  private static void joinLog(Thread log) {
    try {
      log.join(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration pause(int failures) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private boolean isClosing() {
    return closing.isDone();
  }

  private void awaitClosing(Duration most) {
    try {
      closing.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return; // the usual case: nobody closes
    } catch (ExecutionException e) {
      throw new IllegalStateException("closing never fails", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
