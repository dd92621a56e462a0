package io.leat.app.engine;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the embedded PostgreSQL is set up. It always forces commits to the device.
 *
 * @param sharedBuffersMb its page cache, in MiB
 * @param maxConnections connections at once, all pools together
 * @param startTimeout how long a start may take before it counts as failed
 * @param stopTimeout how long a clean stop may take before the server is killed
 * @param restarts how often in a row it is started again after it died by itself
 * @param programs where its programs are unpacked, shared by all data directories of a user
 */
public record PostgresSettings(
    int sharedBuffersMb,
    int maxConnections,
    Duration startTimeout,
    Duration stopTimeout,
    int restarts,
    Path programs) {
  public PostgresSettings {
    if (sharedBuffersMb < 1 || maxConnections < 5 || restarts < 0) {
      throw new IllegalArgumentException(
          "PostgreSQL needs at least 1 MiB of buffers and 5 connections");
    }
  }

  /**
   * 32 MiB, 50 connections, a minute to start, 10 s to stop, the user's cache. It is started again
   * for as long as it takes: on a full disk it dies until somebody makes room.
   */
  public static PostgresSettings defaults() {
    return new PostgresSettings(
        32, 50, Duration.ofSeconds(60), Duration.ofSeconds(10), Integer.MAX_VALUE, userCache());
  }

  private static Path userCache() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache == null || !cache.startsWith("/")
        ? Path.of(System.getProperty("user.home"), ".cache", "leat")
        : Path.of(cache, "leat");
  }
}
