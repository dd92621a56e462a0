package io.leat.query.process;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.query.worker.Frame;
import io.leat.query.worker.QueryWorker;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker process. Lent to one query at a time, whose thread alone reads its frames. */
public final class WorkerProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
  private static final Path SHELL = Path.of("/bin/sh");
  private static final long UNCOUNTED_BYTES = 384L << 20;
  private static final int LOGGED_LINES = 100;
  private static final int LOGGED_CHARACTERS = 500;

  private final int number;
  private final Path directory;
  private final Process process;
  private final DataInputStream in;
  private final DataOutputStream out;

  private WorkerProcess(int number, Path directory, Process process) {
    this.number = number;
    this.directory = directory;
    this.process = process;
    this.in = new DataInputStream(process.getInputStream());
    this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), 64 * 1024));
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @throws LeatException QUERY_ENGINE_UNAVAILABLE when it does not start in time
   */
  static WorkerProcess start(int number, WorkerSettings settings) {
    Path directory = settings.directory().resolve("worker-" + number);
    WorkerProcess worker;
    try {
      deleteTree(directory);
      Files.createDirectories(directory);
      ProcessBuilder builder =
          new ProcessBuilder(command(settings, directory)).directory(directory.toFile());
      builder.environment().clear();
      builder.environment().put("MALLOC_ARENA_MAX", "2");
      worker = new WorkerProcess(number, directory, builder.start());
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.QUERY_ENGINE_UNAVAILABLE, "The query engine's process cannot be started", e);
    }
    worker.logErrors();
    worker.awaitReady(settings);
    return worker;
  }

  private static List<String> command(WorkerSettings settings, Path directory) {
    String classPath =
        settings.classPath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SHELL)) {
      // DuckDB does not count the texts of the rows it hands out: without this limit one statement
      // can use up the machine. "exec" keeps the process's id.
      long kibibytes = (settings.memoryBytes() + UNCOUNTED_BYTES) / 1024;
      command.addAll(
          List.of(
              SHELL.toString(),
              "-c",
              "ulimit -c 0 && ulimit -d " + kibibytes + " && exec \"$@\"",
              "leat-query-worker"));
    }
    command.addAll(
        List.of(
            settings.java().toString(),
            "-Xmx96m",
            "-Xss2m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + directory.resolve("crash.log"),
            "-Djava.io.tmpdir=" + directory,
            "-Duser.timezone=UTC",
            "-Dfile.encoding=UTF-8",
            "-cp",
            classPath,
            QueryWorker.class.getName()));
    return command;
  }

  private void awaitReady(WorkerSettings settings) {
    ScheduledExecutorService alarm =
        Executors.newSingleThreadScheduledExecutor(
            task -> daemon(task, "leat-query-worker-" + number + "-start"));
    ScheduledFuture<?> late =
        alarm.schedule(this::kill, settings.startWithin().toMillis(), TimeUnit.MILLISECONDS);
    try {
      Frame ready = Frame.readFrom(in);
      if (ready.type() != Frame.READY) {
        throw new IOException("It said " + (char) ready.type());
      }
    } catch (IOException e) {
      close();
      throw new LeatException(
          ErrorCode.QUERY_ENGINE_UNAVAILABLE, "The query engine's process does not start", e);
    } finally {
      late.cancel(false);
      alarm.shutdownNow();
    }
  }

  /** Its number among the workers, from 1. */
  public int number() {
    return number;
  }

  /** The operating system's id of the process. */
  public long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends one frame; any thread may. */
  public void send(Frame frame) throws IOException {
    synchronized (out) {
      frame.writeTo(out);
    }
  }

  /** Waits for the next frame; only the thread of the query that has the worker. */
  public Frame receive() throws IOException {
    return Frame.readFrom(in);
  }

  /** Ends it at once; whoever waits for a frame gets an exception. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Ends it and removes its directory. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        LOG.warn("A query worker does not end: pid={}", process.pid());
      }
      deleteTree(directory);
    } catch (IOException e) {
      LOG.warn("A query worker's directory stays behind: directory={}", directory, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void logErrors() {
    daemon(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(
                      new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
                int count = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  if (count++ < LOGGED_LINES) {
                    LOG.warn(
                        "A query worker says: worker={} line={}",
                        number,
                        line.length() > LOGGED_CHARACTERS
                            ? line.substring(0, LOGGED_CHARACTERS)
                            : line);
                  }
                }
              } catch (IOException e) {
                LOG.debug("A query worker's errors ended: worker={}", number, e);
              }
            },
            "leat-query-worker-" + number + "-errors")
        .start();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** A worker's directory is flat. */
  private static void deleteTree(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(directory);
    }
  }
}
