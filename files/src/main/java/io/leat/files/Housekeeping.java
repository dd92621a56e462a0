package io.leat.files;

import io.leat.files.arrival.Uploads;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.Ledger;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.LedgerSearch;
import io.leat.files.ledger.SourceCounts;
import io.leat.files.work.FileSource;
import io.leat.files.work.Leftovers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts files for metrics, removes what is left of those that are over, and forgets those that
 * have been over for as long as they are kept. A file that still lies where it came from stays
 * known: it would count as new.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final long EVERY_MILLIS = 5_000;
  private static final int ROUNDS_BETWEEN_TIDYING = 12;
  private static final int ROUNDS_BETWEEN_FORGETTING = 120;
  private static final int AT_A_TIME = 500;
  private static final Duration UPLOADS = Duration.ofDays(7);

  private final Ledger moves;
  private final LedgerSearch ledger;
  private final Uploads uploads;
  private final Supplier<Collection<FileSource>> sources;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private final Thread thread;
  private final Map<String, AtomicLong> gauges = new ConcurrentHashMap<>();

  /** Sources whose places would not have something removed; they are not asked again soon. */
  private final Set<String> refusing = new HashSet<>();

  private volatile boolean isStopping;

  Housekeeping(
      Ledger moves,
      LedgerSearch ledger,
      Uploads uploads,
      Supplier<Collection<FileSource>> sources,
      InstantSource clock,
      MeterRegistry registry) {
    this.moves = moves;
    this.ledger = ledger;
    this.uploads = uploads;
    this.sources = sources;
    this.clock = clock;
    this.registry = registry;
    this.thread = new Thread(this::run, "leat-files-housekeeping");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    for (int round = 0; !isStopping; round++) {
      try {
        count();
        if (round % ROUNDS_BETWEEN_FORGETTING == 0) {
          refusing.clear();
        }
        if (round % ROUNDS_BETWEEN_TIDYING == 0) {
          tidy();
        }
        if (round % ROUNDS_BETWEEN_FORGETTING == 0) {
          uploads.expire(UPLOADS);
          for (FileSource source : sources.get()) {
            forget(source);
          }
        }
      } catch (RuntimeException | Error e) {
        log.warn("Cannot keep the house of files: {}", e.getMessage());
      }
      try {
        Thread.sleep(EVERY_MILLIS);
      } catch (InterruptedException e) {
        return; // close() asks for it
      }
    }
  }

  private void count() {
    if (sources.get().isEmpty()) {
      return;
    }
    List<SourceCounts> counts = ledger.counts();
    Instant now = clock.instant();
    for (FileSource source : sources.get()) {
      SourceCounts of =
          counts.stream()
              .filter(
                  one ->
                      one.blueprint().equals(source.blueprint())
                          && one.source().equals(source.spec().name()))
              .findFirst()
              .orElse(null);
      for (FileState.Name state : FileState.Name.values()) {
        gauge(source, "leat_files", state.text()).set(of == null ? 0 : of.of(state));
      }
      Instant oldest = of == null ? null : of.oldestWaiting();
      gauge(source, "leat_files_oldest_waiting_seconds", "")
          .set(oldest == null ? 0 : Math.max(0, Duration.between(oldest, now).toSeconds()));
      for (var side : io.leat.files.work.Breakers.Side.values()) {
        gauge(source, "leat_files_breaker_open", side.text())
            .set(source.breakers().isOpen(side) ? 1 : 0);
      }
    }
  }

  private AtomicLong gauge(FileSource source, String name, String which) {
    return gauges.computeIfAbsent(
        name + " " + source.name() + " " + which,
        any -> {
          AtomicLong value = new AtomicLong();
          Tags tags = Tags.of("blueprint", source.blueprint(), "source", source.spec().name());
          String label = name.equals("leat_files") ? "state" : "side";
          Gauge.builder(name, value, AtomicLong::get)
              .tags(which.isEmpty() ? tags : tags.and(label, which))
              .register(registry);
          return value;
        });
  }

  /**
   * Removes what processes left that died, or were refused, between the ledger's word and this; and
   * what had to wait until another file was published.
   */
  private void tidy() {
    Map<String, FileSource> asked = new HashMap<>();
    for (FileSource source : sources.get()) {
      if (!refusing.contains(source.name())) {
        asked.put(source.name(), source);
      }
    }
    LedgerFile last = null;
    List<LedgerFile> page;
    do {
      page = ledger.untidy(asked.keySet(), last, AT_A_TIME);
      for (LedgerFile file : page) {
        FileSource source = asked.get(file.seen().blueprint() + "." + file.seen().source());
        if (source != null && isTidied(source, file)) {
          moves.tidied(file.id());
        }
        last = file;
      }
    } while (page.size() == AT_A_TIME && !isStopping);
  }

  private boolean isTidied(FileSource source, LedgerFile file) {
    try {
      Leftovers.tidy(source, file);
      return true;
    } catch (IOException | RuntimeException e) {
      if (refusing.add(source.name())) {
        log.warn("Cannot remove what is left of file {}: {}", file.id(), e.toString());
      }
      return false;
    }
  }

  private void forget(FileSource source) {
    Instant before = clock.instant().minus(source.spec().retention());
    int removed = 0;
    LedgerFile last = null;
    List<LedgerFile> page;
    do {
      page = ledger.over(source.blueprint(), source.spec().name(), before, last, AT_A_TIME);
      List<String> gone = new ArrayList<>();
      for (LedgerFile file : page) {
        if (isGone(source, file)) {
          gone.add(file.id());
        }
        last = file;
      }
      removed += ledger.remove(gone);
    } while (page.size() == AT_A_TIME && !isStopping);
    if (removed > 0) {
      log.info("Forgot {} files of {} that were over for long", removed, source.name());
    }
  }

  private static boolean isGone(FileSource source, LedgerFile file) {
    try {
      return !source.inputs().isThere(file.seen());
    } catch (IOException e) {
      log.debug("Cannot tell whether file {} is still there", file.id(), e);
      return false;
    }
  }

  @Override
  public void close() {
    isStopping = true;
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
