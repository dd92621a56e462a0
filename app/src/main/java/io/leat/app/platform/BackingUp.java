package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.backup.BackupStore;
import io.leat.app.backup.Manifest;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes backups, one at a time, each on a thread of its own, and tells how far the newest is.
 * Thread-safe.
 */
final class BackingUp implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BackingUp.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BackupRun.Sources sources;
  private final Map<String, String> s3;
  private final MeterRegistry registry;
  private final AtomicLong newest = new AtomicLong();
  private @Nullable BackupProgress last;
  private @Nullable Thread thread;
  private volatile boolean closed;

  /**
   * @param s3 how to reach S3
   */
  BackingUp(BackupRun.Sources sources, Map<String, String> s3, MeterRegistry registry) {
    this.sources = sources;
    this.s3 = s3;
    this.registry = registry;
    registry.gauge("leat_backup_newest_seconds", newest);
    count("done", 0);
    count("failed", 0);
  }

  private void count(String outcome, int more) {
    registry.counter("leat_backups_total", "outcome", outcome).increment(more);
  }

  /**
   * Begins a backup.
   *
   * @param target an absolute path, or {@code s3://bucket/prefix}
   * @return what {@link #progress} tells at first
   * @throws LeatException CONFLICT while another is being written, INVALID_CONFIGURATION when the
   *     target is no place for backups
   */
  synchronized ObjectNode begin(String target) {
    if (closed) {
      throw new LeatException(ErrorCode.NOT_READY, "Leat is stopping");
    }
    BackupProgress running = last;
    if (running != null && running.isRunning()) {
      throw new LeatException(
          ErrorCode.CONFLICT, "A backup is being written; GET /v1/backups tells how far it is");
    }
    BackupStore store = BackupStore.open(target, s3);
    refuseWithin(store);
    InstantSource clock = sources.clock();
    BackupProgress progress = new BackupProgress(store.root(), clock.instant());
    last = progress;
    Thread own = new Thread(() -> run(store, progress), "leat-backup");
    own.setDaemon(true);
    thread = own;
    own.start();
    return progress.json();
  }

  private void refuseWithin(BackupStore store) {
    if (store.root().startsWith("/") && Path.of(store.root()).startsWith(sources.data())) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The place "
              + store.root()
              + " is in the data directory and would be lost with it. Name another, best on another"
              + " disk.");
    }
  }

  private void run(BackupStore store, BackupProgress progress) {
    try (store) {
      Manifest manifest = new BackupRun(sources, store, progress, () -> closed).write();
      newest.set(Instant.parse(manifest.logUntil()).getEpochSecond());
      count("done", 1);
      log.info(
          "Backup written: id={} target={} bytes={} took_ms={}",
          manifest.id(),
          store.root(),
          manifest.bytes(),
          manifest.tookMillis());
      progress.done(manifest);
    } catch (IOException | RuntimeException e) {
      count("failed", 1);
      log.warn("The backup to {} failed", store.root(), e);
      progress.failed(e instanceof LeatException ? String.valueOf(e.getMessage()) : e.toString());
    } catch (Error e) {
      progress.failed(e.toString());
      throw e;
    }
  }

  /** The backup that was begun last in this process, if any. */
  synchronized ObjectNode progress() {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode backups = json.putArray("backups");
    if (last != null) {
      backups.add(last.json());
    }
    return json;
  }

  /** Gives up what is under way. */
  @Override
  public void close() {
    closed = true;
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running != null) {
      try {
        running.join(5_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
