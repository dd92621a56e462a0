package io.leat.query.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How worker processes are run.
 *
 * @param java the launcher of the Java virtual machine
 * @param classPath what the worker needs: itself, DuckDB, Jackson
 * @param directory under which each worker has a directory of its own while it lives
 * @param maxWorkers processes at once
 * @param memoryBytes that DuckDB is told to use at most; the process is held to it by the operating
 *     system too, with some room for what DuckDB does not count
 * @param startWithin a worker that is not ready after this time is given up
 * @param idle a worker that had nothing to do for this long is ended; the last one stays
 * @param maxBackOff the longest time between the starts of workers that keep dying
 */
public record WorkerSettings(
    Path java,
    List<Path> classPath,
    Path directory,
    int maxWorkers,
    long memoryBytes,
    Duration startWithin,
    Duration idle,
    Duration maxBackOff) {
  public WorkerSettings {
    classPath = List.copyOf(classPath);
  }
}
