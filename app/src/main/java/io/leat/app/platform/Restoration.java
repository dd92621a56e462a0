package io.leat.app.platform;

import io.leat.app.backup.BackupStore;
import io.leat.app.backup.Backups;
import io.leat.app.backup.Manifest;
import io.leat.app.backup.StoredFile;
import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.StartObserver;
import io.leat.app.engine.Topics;
import io.leat.app.settings.Settings;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.Tables;
import io.leat.state.Client;
import io.leat.state.Clients;
import io.leat.state.LogEpochs;
import io.leat.state.SchemaVersions;
import io.leat.state.StateCopy;
import io.leat.stream.LakeTables;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Brings a backup up in an empty data directory: state tables, tables, what the jobs remembered,
 * and new topics that begin with the end of the old log. Leat itself does not run meanwhile; {@code
 * leat up} goes on from there. Until all is done the data directory is marked as half restored.
 */
public final class Restoration {
  private static final Duration LOG_TIMEOUT = Duration.ofSeconds(30);
  private static final String ADMINISTRATOR = "administrator";

  private final Settings settings;
  private final BackupStore store;
  private final Manifest manifest;
  private final Map<String, StoredFile> files = new HashMap<>();
  private final Consumer<String> progress;
  private final InstantSource clock = InstantSource.system();

  private Restoration(
      Settings settings, BackupStore store, Manifest manifest, Consumer<String> progress) {
    this.settings = settings;
    this.store = store;
    this.manifest = manifest;
    this.progress = progress;
    manifest.files().forEach(file -> files.put(file.path(), file));
  }

  /**
   * What was restored.
   *
   * @param manifest of the backup
   * @param blueprints folders of the blueprints as they were
   * @param rows in the tables
   * @param logged records that were logged again
   */
  public record Report(
      Manifest manifest, List<Path> blueprints, long rows, long logged, Duration took) {}

  /** The store that holds backups at a place, reached as the settings say. */
  public static BackupStore store(String place, Settings settings) {
    return BackupStore.open(place, SettingsMapping.s3(settings.lake()));
  }

  /**
   * Restores; returns when everything is on disk and stopped again.
   *
   * @param settings whose data directory is empty, or half restored: then it is begun anew
   * @param id of the backup; null: the newest
   * @param progress told in words what is being done
   * @throws LeatException NOT_FOUND without such a backup; CONFLICT when something is in the way,
   *     or a file of the backup is damaged
   */
  public static Report restore(
      Settings settings, String source, @Nullable String id, Consumer<String> progress) {
    long start = System.nanoTime();
    try (BackupStore store = store(source, settings)) {
      Manifest manifest = new Backups(store, InstantSource.system()).find(id);
      Restoration restoration =
          new Restoration(
              settings.withHttp(settings.http().withAddress(settings.http().host(), 0)),
              store,
              manifest,
              progress);
      return restoration.restore(start);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.INTERNAL, "The restore failed: " + e, e);
    }
  }

  private Report restore(long start) throws IOException {
    try (DataDirectory data =
        DataDirectory.openToRestore(settings.data(), store.root() + ", " + manifest.id())) {
      Map<String, Path> folders = blueprints(data);
      List<Blueprint> blueprints = new BlueprintLoader().loadAll(List.copyOf(folders.values()));
      Closing closing = new Closing();
      long logged;
      try {
        progress.accept("restoring the state tables");
        Foundation foundation =
            new Foundation(settings, blueprints, data, closing, StartObserver.NONE, this::state);
        revokeAdministrator(foundation);
        new LakeRestoration(store, manifest, files, progress).restore(foundation);
        jobs(foundation);
        logged = log(foundation, blueprints, closing);
        progress.accept("stopping the engines");
      } catch (IOException | RuntimeException e) {
        try {
          closing.close();
        } catch (RuntimeException failed) {
          e.addSuppressed(failed);
        }
        throw e;
      }
      closing.close();
      data.restored();
      return new Report(
          manifest,
          List.copyOf(folders.values()),
          manifest.tables().stream().mapToLong(Manifest.LakeTable::rows).sum(),
          logged,
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** Their folders as they were, in the data directory. */
  private Map<String, Path> blueprints(DataDirectory data) throws IOException {
    Map<String, Path> folders = new LinkedHashMap<>();
    for (Manifest.BlueprintFolder one : manifest.blueprints()) {
      Path folder = data.root().resolve("blueprints").resolve(one.blueprint());
      for (String file : one.files()) {
        put(manifest.blueprint(one.blueprint(), file), inside(folder, file));
      }
      folders.put(one.blueprint(), folder);
    }
    return folders;
  }

  private static Path inside(Path folder, String name) {
    Path path = folder.resolve(name).normalize();
    if (!path.startsWith(folder)) {
      throw new LeatException(
          ErrorCode.CONFLICT, "The backup names a file outside of its folder: " + name);
    }
    return path;
  }

  private void put(String path, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (FileChannel channel =
        FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = Channels.newOutputStream(channel);
      store.copy(file(path), out);
      channel.force(true);
    }
  }

  private StoredFile file(String path) {
    StoredFile file = files.get(path);
    if (file == null) {
      throw new LeatException(
          ErrorCode.CONFLICT, "The backup " + manifest.id() + " has no file " + path);
    }
    return file;
  }

  private void state(io.leat.state.StateSettings state) {
    StateCopy.restore(
        state,
        manifest.state(),
        table -> {
          StoredFile text = file(manifest.stateTable(table));
          store.copy(text, OutputStream.nullOutputStream()); // checks it
          return store.file(text.path()).newStream();
        });
  }

  /** Its key is in the lost data directory; the next start makes a new one. */
  private void revokeAdministrator(Foundation foundation) {
    Clients clients = new Clients(foundation.state(), new SecureRandom(), clock);
    clients.list().stream()
        .filter(client -> client.revokedAt() == null && client.name().equals(ADMINISTRATOR))
        .map(Client::id)
        .forEach(clients::revoke);
  }

  private void jobs(Foundation foundation) throws IOException {
    for (Manifest.Job job : manifest.jobs()) {
      progress.accept("restoring what the job of " + job.blueprint() + " remembered");
      FlinkEngine.Seed seed = LakeJobs.seed(foundation.flink(), job.blueprint());
      for (Map.Entry<String, String> one : job.idFiles().entrySet()) {
        put(one.getValue(), inside(seed.files(), one.getKey()));
      }
      for (String one : job.state()) {
        put(manifest.jobState(job.blueprint(), one), inside(seed.state(), one));
      }
    }
  }

  private long log(Foundation foundation, List<Blueprint> blueprints, Closing closing)
      throws IOException {
    Properties admin = foundation.kafkaClient();
    admin.put("client.id", "leat-restore");
    Admin client = closing.add("kafka admin", Admin.create(admin));
    refuseTopics(client);
    Provisioning provisioning =
        new Provisioning(
            new Topics(client, LOG_TIMEOUT),
            new LakeTables(new Tables(foundation.catalog().catalog(), Map.of())),
            new LogEpochs(foundation.state(), clock),
            new SchemaVersions(foundation.state(), clock),
            foundation.replication(),
            foundation.durability(),
            foundation::forceLog);
    long logged = 0;
    for (Blueprint blueprint : blueprints) {
      progress.accept("making the topics of " + blueprint.name());
      Provisioning.Provisioned made =
          provisioning.provision(blueprint, AppliedFolders.version(blueprint));
      progress.accept("logging the end of the log of " + blueprint.name() + " again");
      try (LogRestoration restoration =
          new LogRestoration(foundation.kafkaClient(), client, foundation.state(), clock)) {
        for (Manifest.Log log : manifest.logs()) {
          if (log.blueprint().equals(blueprint.name())) {
            logged += restoration.restore(log, made, this::records);
          }
        }
      }
    }
    return logged;
  }

  private InputStream records(Manifest.Log log, int partition) {
    return store.file(file(manifest.log(log.topic(), partition)).path()).newStream();
  }

  private void refuseTopics(Admin client) {
    try {
      List<String> there =
          manifest.logs().stream()
              .map(Manifest.Log::topic)
              .filter(client.listTopics().names().get()::contains)
              .toList();
      if (!there.isEmpty()) {
        throw new LeatException(
            ErrorCode.CONFLICT,
            "The log has the topics "
                + there
                + " already. Restore beside a Kafka without them, or delete them if nothing of"
                + " them is wanted.");
      }
    } catch (ExecutionException e) {
      throw new LeatException(ErrorCode.LOG_UNAVAILABLE, "Kafka does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.NOT_READY, "Interrupted while restoring", e);
    }
  }
}
