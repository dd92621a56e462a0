package io.leat.app.platform;

import io.leat.app.backup.BackupStore;
import io.leat.app.backup.Backups;
import io.leat.app.backup.Manifest;
import io.leat.app.backup.StoredFile;
import io.leat.app.disk.LogRetention;
import io.leat.app.engine.HeldState;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.lake.FlinkCommits;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.backup.TableImage;
import io.leat.state.Replays;
import io.leat.state.StateCopy;
import io.leat.state.StateDatabase;
import io.leat.stream.StreamPlan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Catalog;

/**
 * Writes one backup of a running Leat. In this order, so that what is restored adds up: a point at
 * which each job's memory and its tables are of the same records; the tables' files; the state
 * tables; the log from the point to its end. What clients were told before that end is in the
 * backup. Owned by one thread.
 */
final class BackupRun {
  /** More are long over. */
  private static final int MOST_REPLAYS = 100;

  private final Sources sources;
  private final BackupStore store;
  private final BackupProgress progress;
  private final BooleanSupplier isOver;
  private final List<StoredFile> files = new ArrayList<>();
  private final Set<String> paths = new HashSet<>();
  private Map<String, StoredFile> known = Map.of();
  private String folder = "";

  /**
   * What is backed up.
   *
   * @param data the data directory
   * @param blueprints as they are processed now
   * @param log keeps the log as it is, until it is closed
   * @param version of this Leat
   */
  record Sources(
      Path data,
      Catalog catalog,
      StateDatabase state,
      Properties kafka,
      LakeJobs jobs,
      SnapshotLeases leases,
      Supplier<List<Provisioning.Provisioned>> blueprints,
      AppliedFolders folders,
      AnsweredKeeper answered,
      Supplier<LogRetention.Hold> log,
      InstantSource clock,
      String version) {}

  /**
   * @param isOver whether Leat is stopping
   */
  BackupRun(Sources sources, BackupStore store, BackupProgress progress, BooleanSupplier isOver) {
    this.sources = sources;
    this.store = store;
    this.progress = progress;
    this.isOver = isOver;
  }

  /** Writes it all; a failure leaves nothing that looks like a backup. */
  Manifest write() throws IOException {
    Instant begun = sources.clock().instant();
    Backups backups = new Backups(store, sources.clock());
    String id = backups.begin();
    folder = "backups/" + id;
    LogRetention.Hold held = sources.log().get();
    try (ConsistentPoint point = new ConsistentPoint(sources.catalog(), sources.leases())) {
      known = backups.shared();
      List<Provisioning.Provisioned> blueprints = sources.blueprints().get();
      List<String> replays = replays();
      progress.step("waiting for checkpoints");
      for (Provisioning.Provisioned one : blueprints) {
        point.take(one.blueprint().name(), sources.jobs());
      }
      List<Manifest.Job> jobs = jobs(point);
      List<Manifest.LakeTable> tables = tables(point, blueprints);
      List<Manifest.BlueprintFolder> folders = folders();
      progress.step("copying the state tables");
      sources.answered().keep();
      StateCopy.Contents state =
          StateCopy.copy(
              sources.state(),
              (table, text) -> write(folder + "/state/" + table + ".copy", text::to));
      Instant until = sources.clock().instant();
      List<Manifest.Count> counts = new ArrayList<>();
      List<Manifest.Log> logs = new ArrayList<>();
      for (Provisioning.Provisioned one : blueprints) {
        logs(point, one, logs, counts);
      }
      refuseChanges(blueprints, replays);
      Manifest manifest =
          new Manifest(
              Manifest.FORMAT,
              id,
              sources.version(),
              point.time().toString(),
              until.toString(),
              Duration.between(begun, sources.clock().instant()).toMillis(),
              files,
              folders,
              tables,
              jobs,
              logs,
              counts,
              state);
      progress.step("completing");
      backups.complete(manifest);
      return manifest;
    } catch (IOException | RuntimeException e) {
      try {
        backups.abandon(id);
      } catch (RuntimeException failed) {
        e.addSuppressed(failed);
      }
      throw e;
    } finally {
      held.close();
    }
  }

  /**
   * What the state tables say of replays: it must fit the tables' snapshots.
   *
   * @throws LeatException CONFLICT while one is built, switched to or dropped
   */
  private List<String> replays() {
    Replays replays = new Replays(sources.state(), sources.clock());
    replays
        .open()
        .ifPresent(
            open -> {
              throw new LeatException(
                  ErrorCode.CONFLICT,
                  "The replay "
                      + open.id()
                      + " is "
                      + open.state().text()
                      + ": its tables and its state would not fit in a backup. Repeat it when"
                      + " 'leat replay list' shows that it is done");
            });
    return replays.newest(MOST_REPLAYS).stream()
        .map(replay -> replay.id() + " " + replay.state().text())
        .toList();
  }

  private void refuseChanges(List<Provisioning.Provisioned> blueprints, List<String> replays) {
    if (!areProcessedAlike(sources.blueprints().get(), blueprints) || !replays().equals(replays)) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The blueprints were applied, or a replay was switched to, while the backup was taken:"
              + " its parts would not fit. Repeat it");
    }
  }

  /** An apply that changes nothing of what the jobs do makes no difference. */
  static boolean areProcessedAlike(
      List<Provisioning.Provisioned> some, List<Provisioning.Provisioned> others) {
    return some.stream()
        .map(Provisioning.Provisioned::plans)
        .toList()
        .equals(others.stream().map(Provisioning.Provisioned::plans).toList());
  }

  private void refuseOver() {
    if (isOver.getAsBoolean()) {
      throw new LeatException(ErrorCode.NOT_READY, "Leat is stopping; the backup is given up");
    }
  }

  private void add(StoredFile file) {
    if (paths.add(file.path())) {
      files.add(file);
    }
  }

  private void copy(String path, InputStream content) throws IOException {
    try (content) {
      write(path, content::transferTo);
    }
  }

  private void write(String path, BackupStore.Writer content) throws IOException {
    refuseOver();
    StoredFile written = store.write(path, content);
    progress.copied(written.bytes());
    add(written);
  }

  private List<Manifest.Job> jobs(ConsistentPoint point) throws IOException {
    List<Manifest.Job> jobs = new ArrayList<>();
    for (Map.Entry<String, HeldState> one : new TreeMap<>(point.jobs()).entrySet()) {
      progress.step("copying what the job of " + one.getKey() + " remembers");
      HeldState held = one.getValue();
      List<String> state = new ArrayList<>();
      for (Path file : regular(held.state())) {
        String name = held.state().relativize(file).toString();
        copy(folder + "/jobs/" + one.getKey() + "/" + name, Files.newInputStream(file));
        state.add(name);
      }
      Map<String, String> idFiles = new TreeMap<>();
      for (Path file : regular(held.files())) {
        idFiles.put(held.files().relativize(file).toString(), idFile(file));
      }
      jobs.add(new Manifest.Job(one.getKey(), held.point().checkpointId(), state, idFiles));
    }
    return jobs;
  }

  /** Its name is of chance and its content never changes: the same path is the same content. */
  private String idFile(Path file) throws IOException {
    String path = "files/ids/" + file.getFileName();
    if (!reuse(path, Files.size(file))) {
      copy(path, Files.newInputStream(file));
    }
    return path;
  }

  private static List<Path> regular(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private boolean reuse(String path, long bytes) {
    if (paths.contains(path)) {
      return true;
    }
    StoredFile before = known.get(path);
    if (before == null || before.bytes() != bytes) {
      return false;
    }
    progress.reused(bytes);
    add(before);
    return true;
  }

  private List<Manifest.LakeTable> tables(
      ConsistentPoint point, List<Provisioning.Provisioned> blueprints) throws IOException {
    Set<String> ageing = new HashSet<>();
    for (Provisioning.Provisioned one : blueprints) {
      one.blueprint()
          .streams()
          .values()
          .forEach(
              stream -> {
                if (stream.keepFor() != null) {
                  ageing.add(one.blueprint().name() + "." + stream.name());
                }
              });
    }
    List<Manifest.LakeTable> tables = new ArrayList<>();
    for (ConsistentPoint.HeldTable held : point.tables()) {
      progress.step("copying the table " + held.id());
      Snapshot snapshot = held.snapshot();
      String name = held.id().toString();
      copy(
          folder + "/tables/" + name + ".metadata.json",
          new ByteArrayInputStream(
              TableMetadataParser.toJson(held.metadata()).getBytes(StandardCharsets.UTF_8)));
      long[] rows = new long[1];
      TableImage image = held.image();
      image.files(
          (location, bytes) -> tableFile(held, location, bytes),
          data -> rows[0] += data.recordCount());
      tables.add(
          new Manifest.LakeTable(
              held.id().namespace().toString(),
              held.id().name(),
              held.metadata().location(),
              held.table().uuid().toString(),
              snapshot == null ? null : snapshot.snapshotId(),
              rows[0],
              ageing.contains(held.blueprint() + "." + held.id().name()),
              snapshot == null ? Map.of() : FlinkCommits.notes(held.metadata(), snapshot)));
    }
    return tables;
  }

  private void tableFile(ConsistentPoint.HeldTable held, String location, long bytes) {
    String path = TableImage.path(held.table().uuid(), held.metadata().location(), location);
    if (!reuse(path, bytes)) {
      try {
        copy(path, held.table().io().newInputFile(location, bytes).newStream());
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot copy " + location, e);
      }
    }
  }

  private List<Manifest.BlueprintFolder> folders() throws IOException {
    List<Manifest.BlueprintFolder> folders = new ArrayList<>();
    for (Map.Entry<String, Map<String, byte[]>> one :
        new TreeMap<>(sources.folders().all()).entrySet()) {
      List<String> names = new ArrayList<>(new TreeMap<>(one.getValue()).keySet());
      for (String name : names) {
        copy(
            folder + "/blueprints/" + one.getKey() + "/" + name,
            new ByteArrayInputStream(one.getValue().get(name)));
      }
      folders.add(new Manifest.BlueprintFolder(one.getKey(), names));
    }
    return folders;
  }

  private void logs(
      ConsistentPoint point,
      Provisioning.Provisioned one,
      List<Manifest.Log> logs,
      List<Manifest.Count> counts)
      throws IOException {
    String blueprint = one.blueprint().name();
    progress.step("reading the ledger of " + blueprint);
    Map<Books.Epoch, ConsistentPoint.Counted> counted = point.counted(blueprint);
    new TreeMap<>(sums(counted))
        .forEach(
            (stream, sum) ->
                counts.add(
                    new Manifest.Count(
                        blueprint,
                        stream,
                        sum.logged,
                        sum.raw,
                        sum.processed,
                        sum.duplicates,
                        sum.quarantined)));
    progress.step("copying the end of the log of " + blueprint);
    try (LogConsumer consumer = new LogConsumer(sources.kafka(), Map.of())) {
      LogEnd log = new LogEnd(consumer.consumer());
      for (StreamPlan plan : one.plans()) {
        ConsistentPoint.Counted own = counted.get(new Books.Epoch(plan.stream(), plan.epoch()));
        List<Manifest.Partition> ends = log(log, plan.topic(), own == null ? Map.of() : own.next);
        logs.add(
            new Manifest.Log(blueprint, plan.stream(), plan.topic(), plan.epoch(), false, ends));
      }
      String rejected = Names.rejectedTopic(blueprint);
      long next = point.rejectedNext(blueprint, one.rejectedEpoch());
      logs.add(
          new Manifest.Log(
              blueprint,
              "rejected",
              rejected,
              one.rejectedEpoch(),
              true,
              log(log, rejected, Map.of(0, next))));
    }
  }

  private List<Manifest.Partition> log(LogEnd log, String topic, Map<Integer, Long> next)
      throws IOException {
    List<Manifest.Partition> ends = new ArrayList<>();
    for (LogEnd.Piece piece : log.behind(topic, next)) {
      long[] records = new long[1];
      if (piece.first() < piece.next()) {
        write(
            folder + "/log/" + topic + "-" + piece.partition() + ".records",
            out -> records[0] = log.copy(topic, piece, out, isOver));
      }
      ends.add(new Manifest.Partition(piece.partition(), piece.first(), piece.next(), records[0]));
    }
    return ends;
  }

  /** Over all epochs. */
  private static Map<String, ConsistentPoint.Counted> sums(
      Map<Books.Epoch, ConsistentPoint.Counted> counted) {
    Map<String, ConsistentPoint.Counted> sums = new TreeMap<>();
    counted.forEach(
        (epoch, one) ->
            sums.computeIfAbsent(epoch.stream(), any -> new ConsistentPoint.Counted()).add(one));
    return sums;
  }
}
