package io.leat.files;

import io.leat.files.alert.AlertSink;
import io.leat.files.alert.FileAlerts;
import io.leat.files.arrival.ObjectMessages;
import io.leat.files.arrival.Uploads;
import io.leat.files.ledger.Ledger;
import io.leat.files.ledger.LedgerSearch;
import io.leat.files.place.S3Settings;
import io.leat.files.routes.FileRoutes;
import io.leat.files.routes.UploadRoutes;
import io.leat.files.work.FileSource;
import io.leat.files.work.FileWorkers;
import io.leat.files.work.RowFeed;
import io.leat.files.work.WorkSettings;
import io.leat.http.Bodies;
import io.leat.http.Routes;
import io.leat.rules.file.FileSourceSpec;
import io.leat.state.StateDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sources of files of all blueprints, at work. Thread-safe. */
public final class FilePipeline implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FilePipeline.class);

  private final Surroundings with;
  private final Ledger ledger;
  private final LedgerSearch search;
  private final FileWorkers workers;
  private final FileAlerts alerts;
  private final Uploads uploads;
  private final Stores stores;
  private final Housekeeping housekeeping;
  private final Map<String, RunningSource> running = new LinkedHashMap<>();
  private volatile Map<String, FileSource> sources = Map.of();

  /** Those of {@link #running}, for whoever must not wait. */
  private volatile List<RunningSource> watched = List.of();

  /**
   * What it stands on; nothing of it is closed with it.
   *
   * @param folder of its own in the data folder: uploads, dead letters, the spool
   * @param instance names the process for good; it runs once at a time
   * @param engine names the program that converts, for manifests
   */
  public record Surroundings(
      StateDatabase database,
      Vertx vertx,
      Bodies bodies,
      Path folder,
      WorkSettings settings,
      S3Settings s3,
      RowFeed feed,
      AlertSink alerts,
      String instance,
      String engine,
      InstantSource clock,
      MeterRegistry registry) {}

  /**
   * A blueprint's sources.
   *
   * @param version of the blueprint: a hash of its files
   */
  public record Followed(String blueprint, String version, Collection<FileSourceSpec> sources) {
    public Followed {
      sources = List.copyOf(sources);
    }
  }

  /** Made; {@link #start} begins to work, {@link #follow} to watch. */
  public FilePipeline(Surroundings with) {
    this.with = with;
    this.ledger = new Ledger(with.database(), with.clock(), with.settings().lease());
    this.search = new LedgerSearch(with.database(), with.clock());
    this.workers =
        new FileWorkers(
            ledger,
            with.settings(),
            with.feed(),
            with.instance(),
            with.engine(),
            new SecureRandom(),
            with.clock(),
            with.registry());
    this.alerts = new FileAlerts(with.database(), with.alerts(), with.clock());
    this.stores = new Stores(with.s3(), with.settings().reserve());
    this.uploads =
        new Uploads(
            with.database(),
            with.folder().resolve("uploads"),
            with.settings().reserve(),
            with.clock(),
            new SecureRandom(),
            this::seen);
    this.housekeeping =
        new Housekeeping(
            ledger, search, uploads, () -> sources.values(), with.clock(), with.registry());
  }

  private void look(ObjectMessages.Named object) throws IOException {
    for (RunningSource one : watched) {
      one.look(object);
    }
  }

  private void seen(List<io.leat.files.ledger.Sighting> files) {
    int added = ledger.discover(files);
    if (added > 0) {
      log.info("Discovered {} files", added);
      workers.wake();
    }
  }

  /** Begins to work on what there is. */
  public void start() {
    emptySpool();
    workers.start();
    alerts.start();
    housekeeping.start();
    uploads.recover();
  }

  private void emptySpool() {
    Path spool = with.settings().spool();
    try {
      Files.createDirectories(spool);
      try (DirectoryStream<Path> left = Files.newDirectoryStream(spool)) {
        for (Path file : left) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      log.warn("Cannot empty {}: {}", spool, e.toString());
    }
  }

  /** Its routes; whoever asks closes them before this. */
  public List<Routes> routes() {
    return List.of(
        new FileRoutes(
            with.vertx(),
            with.bodies(),
            search,
            workers,
            () -> sources,
            (source, object) -> {
              RunningSource of;
              synchronized (this) {
                of = running.get(source);
              }
              return of != null && of.look(object);
            }),
        new UploadRoutes(with.vertx(), uploads, () -> sources, workers::wake));
  }

  /**
   * Looks after the sources of these blueprints, as they are now, and after no others. What did not
   * change goes on undisturbed; files that are under way end as they began.
   */
  public synchronized void follow(Collection<Followed> blueprints) {
    Map<String, String> versions = new HashMap<>();
    Set<String> names = new TreeSet<>();
    List<RunningSource.Declared> changed = new ArrayList<>();
    for (Followed blueprint : blueprints) {
      versions.put(blueprint.blueprint(), blueprint.version());
      for (FileSourceSpec spec : blueprint.sources()) {
        RunningSource.Declared declared = new RunningSource.Declared(blueprint.blueprint(), spec);
        names.add(declared.name());
        RunningSource before = running.get(declared.name());
        if (before == null || !before.source().spec().equals(spec)) {
          changed.add(declared);
        }
      }
    }
    for (String name : Set.copyOf(running.keySet())) {
      boolean isChanged = changed.stream().anyMatch(one -> one.name().equals(name));
      if (!names.contains(name) || isChanged) {
        RunningSource gone = running.remove(name);
        if (gone != null) {
          gone.close();
        }
      }
    }
    for (RunningSource.Declared one : changed) {
      running.put(
          one.name(), RunningSource.start(one, with.folder(), stores, with.clock(), this::seen));
    }
    Map<String, FileSource> now = new LinkedHashMap<>();
    running.forEach((name, one) -> now.put(name, one.source()));
    sources = Map.copyOf(now);
    watched = List.copyOf(running.values());
    watched.forEach(one -> one.listen(stores, this::look));
    workers.follow(now.values());
    alerts.follow(now.values(), versions);
  }

  /** Sees nothing any more, and hands back what is under way. */
  @Override
  public void close() {
    synchronized (this) {
      running.values().forEach(RunningSource::close);
      running.clear();
    }
    housekeeping.close();
    alerts.close();
    workers.close();
    stores.close();
  }
}
