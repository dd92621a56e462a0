package io.leat.app.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server process on a cluster directory, found through its {@code postmaster.pid}.
 *
 * @param process the process
 * @param cluster its directory
 */
record Postmaster(ProcessHandle process, Path cluster) {
  private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
  private static final String PID_FILE = "postmaster.pid";
  private static final int STATUS_LINE = 7;

  /**
   * The server that runs on {@code cluster}; null when none does. A pid that belongs to another
   * program by now (after a reboot, or in a new container) is not taken for one.
   */
  static @Nullable Postmaster find(Path cluster) throws IOException {
    ProcessHandle process = named(cluster);
    return process == null || !isPostgresOn(cluster, process)
        ? null
        : new Postmaster(process, cluster);
  }

  /** The living process with the pid in the file, whatever it is. */
  private static @Nullable ProcessHandle named(Path cluster) throws IOException {
    List<String> lines = pidFile(cluster);
    if (lines.isEmpty() || !lines.get(0).strip().matches("[1-9][0-9]{0,17}")) {
      return null;
    }
    ProcessHandle process = ProcessHandle.of(Long.parseLong(lines.get(0).strip())).orElse(null);
    return process == null || !process.isAlive() ? null : process;
  }

  /** Whether the server on {@code cluster} with this pid says that it takes connections. */
  static boolean isReady(Path cluster, long pid) throws IOException {
    List<String> lines = pidFile(cluster);
    return lines.size() > STATUS_LINE
        && lines.get(0).strip().equals(String.valueOf(pid))
        && lines.get(STATUS_LINE).strip().equals("ready");
  }

  /**
   * Returns when no server runs on {@code cluster}: one left behind by a killed Leat is stopped. A
   * {@code postmaster.pid} whose pid nobody has is left to PostgreSQL, which looks for processes of
   * the dead server through it; one whose pid another program has by now would keep PostgreSQL from
   * starting, and is removed.
   */
  static void clear(Path cluster, Duration patience) throws IOException {
    Postmaster old = find(cluster);
    if (old != null) {
      LOG.info("Stopping the PostgreSQL (process {}) that an earlier Leat left", old.pid());
      old.stop(patience);
    } else if (named(cluster) != null) {
      LOG.info("Removing a stale {}: its process id is another program's", PID_FILE);
      Files.deleteIfExists(cluster.resolve(PID_FILE));
    }
  }

  long pid() {
    return process.pid();
  }

  /** Fast stop, then immediate stop, then kill, each with {@code patience}. */
  void stop(Duration patience) {
    for (String signal : List.of("INT", "QUIT", "KILL")) {
      signal(signal);
      if (ended(patience)) {
        return;
      }
      LOG.warn("PostgreSQL (process {}) did not stop on SIG{} in {}", pid(), signal, patience);
    }
    throw new LeatException(
        ErrorCode.STATE_UNAVAILABLE,
        "The PostgreSQL with process id " + pid() + " on " + cluster + " cannot be stopped");
  }

  /** Java can send SIGTERM and SIGKILL only, and SIGTERM waits for clients to leave. */
  private void signal(String name) {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      kill.waitFor(5, TimeUnit.SECONDS);
    } catch (IOException e) {
      LOG.warn("There is no shell to send SIG{} with; terminating", name, e);
      process.destroy();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean ended(Duration patience) {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return !process.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  private static List<String> pidFile(Path cluster) throws IOException {
    try {
      return Files.readAllLines(cluster.resolve(PID_FILE), UTF_8);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static boolean isPostgresOn(Path cluster, ProcessHandle process) throws IOException {
    Path commandLine = Path.of("/proc", String.valueOf(process.pid()), "cmdline");
    String command;
    try {
      command =
          Files.exists(commandLine)
              ? Files.readString(commandLine, UTF_8).replace('\0', '\n')
              : process.info().commandLine().orElse("").replace(' ', '\n');
    } catch (NoSuchFileException e) {
      return false;
    }
    return command.lines().anyMatch(part -> part.endsWith("/postgres"))
        && command.lines().anyMatch(part -> part.equals(cluster.toString()));
  }
}
