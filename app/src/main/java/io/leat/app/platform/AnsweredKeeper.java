package io.leat.app.platform;

import io.leat.app.engine.DurableFiles;
import io.leat.event.LeatException;
import io.leat.gateway.OutcomeCounts;
import io.leat.state.AnsweredCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what this process's gateway answered, added to what it had answered in its earlier lives:
 * every two seconds, and when it ends. After a kill the counts of the last seconds are missing.
 * Thread-safe.
 */
final class AnsweredKeeper implements AutoCloseable {
  /** How much a kill makes forget. */
  static final long EVERY_MILLIS = 2_000;

  private static final Logger log = LoggerFactory.getLogger(AnsweredKeeper.class);
  private static final String FILE = "gateway.id";

  private final AnsweredCounts store;
  private final String instance;
  private final Map<AnsweredCounts.Log, AnsweredCounts.Sums> before;
  private final Thread thread = new Thread(this::run, "leat-answered");
  private Map<AnsweredCounts.Log, AnsweredCounts.Sums> saved;
  private volatile @Nullable OutcomeCounts counts;
  private volatile boolean closed;
  private boolean failing;

  /**
   * @param directory the data directory, which has the instance's id
   */
  AnsweredKeeper(AnsweredCounts store, Path directory) throws IOException {
    this.store = store;
    this.instance = instance(directory.resolve(FILE));
    this.before = store.begin(instance);
    this.saved = before;
    thread.setDaemon(true);
  }

  private static String instance(Path file) throws IOException {
    String known = Files.exists(file) ? Files.readString(file).strip() : "";
    if (!known.isEmpty()) {
      return known;
    }
    String made = UUID.randomUUID().toString(); // also when a power cut left the file empty
    DurableFiles.writePrivate(file, made + "\n");
    return made;
  }

  /** Names this process for good. */
  String instance() {
    return instance;
  }

  /** Begins to keep these. */
  void follow(OutcomeCounts own) {
    counts = own;
    thread.start();
  }

  /** Keeps what is counted now. */
  synchronized void keep() {
    Map<AnsweredCounts.Log, AnsweredCounts.Sums> now = now();
    if (!closed && !now.equals(saved)) {
      store.save(instance, now);
      saved = now;
    }
  }

  private Map<AnsweredCounts.Log, AnsweredCounts.Sums> now() {
    Map<AnsweredCounts.Log, AnsweredCounts.Sums> now = new HashMap<>(before);
    OutcomeCounts own = counts;
    if (own != null) {
      own.now()
          .forEach(
              (of, count) ->
                  now.merge(
                      new AnsweredCounts.Log(of.blueprint(), of.stream(), of.epoch()),
                      new AnsweredCounts.Sums(count.acknowledged(), count.unknown()),
                      AnsweredCounts.Sums::plus));
    }
    return now;
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(EVERY_MILLIS);
        keep();
        failing = false;
      } catch (InterruptedException e) {
        return;
      } catch (LeatException e) {
        if (!failing && !closed) {
          log.warn("The counts of answers cannot be kept for now: {}", e.getMessage());
        }
        failing = true;
      }
    }
  }

  /** Keeps the last counts; nothing is answered any more. */
  @Override
  public void close() {
    thread.interrupt();
    synchronized (this) {
      closed = true;
      store.end(instance, now());
    }
  }
}
