package io.leat.lake.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files of a table's folders that nothing names: those of writers that died. Spared is what
 *
 * <ul>
 *   <li>is younger than {@link MaintenancePolicy#orphansAfter}: it may be committed yet,
 *   <li>any snapshot or the metadata's log names,
 *   <li>a restorable checkpoint names: Iceberg's Flink sink keeps in it the manifests of what is to
 *       be committed when the job is restored, in the metadata folder; and what those manifests
 *       name.
 * </ul>
 *
 * A file counts as named when its name does, whatever its folder: names are unique in a table.
 */
final class Orphans {
  /** Of one run; what is beyond waits for the next. */
  private static final int MOST = 20_000;

  private final Table table;
  private final MaintenancePolicy policy;
  private final Pace pace;

  Orphans(Table table, MaintenancePolicy policy, Pace pace) {
    this.table = table;
    this.policy = policy;
    this.pace = pace;
  }

  /** Whether the table's files are where they can be listed. */
  boolean canList() {
    return table.io() instanceof SupportsPrefixOperations
        && !table.properties().containsKey("write.data.path")
        && !table.properties().containsKey("write.metadata.path")
        && !table.properties().containsKey("write.object-storage.path");
  }

  List<FileInfo> find(Instant now, RestorableCheckpoints restorable) throws IOException {
    List<FileInfo> old = new ArrayList<>();
    List<FileInfo> pending = new ArrayList<>();
    long before = now.minus(policy.orphansAfter()).toEpochMilli();
    // Listed before the table is read: what is committed in between is then known as named.
    String folder = table.location().replaceFirst("/+$", "");
    list(folder + "/data/", before, old, new ArrayList<>());
    list(folder + "/metadata/", before, old, pending);
    if (old.isEmpty()) {
      return old;
    }
    table.refresh();
    Names named = new Names();
    addTable(named);
    addPending(pending, before, restorable, named);
    old.removeIf(file -> named.contains(file.location()));
    return old;
  }

  private void list(String prefix, long before, List<FileInfo> old, List<FileInfo> pending) {
    for (FileInfo file : ((SupportsPrefixOperations) table.io()).listPrefix(prefix)) {
      pace.step();
      if (FlinkCommit.isManifest(Names.of(file.location()))) {
        pending.add(file);
      }
      if (file.createdAtMillis() <= before && old.size() < MOST) {
        old.add(file);
      }
    }
  }

  private void addTable(Names named) throws IOException {
    TableMetadata metadata = ((HasTableOperations) table).operations().current();
    named.add(metadata.metadataFileLocation());
    metadata.previousFiles().forEach(entry -> named.add(entry.file()));
    metadata.statisticsFiles().stream().map(StatisticsFile::path).forEach(named::add);
    metadata.partitionStatisticsFiles().forEach(file -> named.add(file.path()));
    Set<String> seen = new HashSet<>();
    for (Snapshot snapshot : table.snapshots()) {
      if (snapshot.manifestListLocation() != null) {
        named.add(snapshot.manifestListLocation());
      }
      for (ManifestFile manifest : snapshot.allManifests(table.io())) {
        if (seen.add(manifest.path())) {
          named.add(manifest.path());
          addFiles(manifest, named);
        }
      }
      pace.step();
    }
  }

  private void addFiles(ManifestFile manifest, Names named) throws IOException {
    if (manifest.content() == ManifestContent.DATA) {
      try (CloseableIterable<String> paths =
          ManifestFiles.readPaths(manifest, table.io(), table.specs())) {
        paths.forEach(named::add);
      }
    } else {
      try (ManifestReader<DeleteFile> files =
          ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
        files.forEach(file -> named.add(file.location()));
      }
    }
  }

  /** Flink's manifests that may yet be committed, and what they name. */
  private void addPending(
      List<FileInfo> manifests, long before, RestorableCheckpoints restorable, Names named)
      throws IOException {
    List<String> names = manifests.stream().map(file -> Names.of(file.location())).toList();
    Set<String> inCheckpoints = names.isEmpty() ? Set.of() : restorable.naming(names);
    for (FileInfo manifest : manifests) {
      boolean isYoung = manifest.createdAtMillis() > before;
      if (isYoung || inCheckpoints.contains(Names.of(manifest.location()))) {
        named.add(manifest.location());
        addFiles(manifest.location(), named);
      }
    }
  }

  private void addFiles(String flinkManifest, Names named) throws IOException {
    if (!table.io().newInputFile(flinkManifest).exists()) {
      return; // committed meanwhile
    }
    try (DataFileStream<GenericRecord> entries =
        new DataFileStream<>(
            table.io().newInputFile(flinkManifest).newStream(), new GenericDatumReader<>())) {
      for (GenericRecord entry : entries) {
        named.add(String.valueOf(((GenericRecord) entry.get("data_file")).get("file_path")));
      }
    } catch (NotFoundException e) {
      return; // committed meanwhile
    } catch (RuntimeException e) {
      throw new UncheckedIOException(
          new IOException("The list of pending files " + flinkManifest + " cannot be read", e));
    }
  }

  Step run(List<FileInfo> orphans) {
    Removal removal = new Removal(table.io(), pace);
    orphans.forEach(file -> removal.add(file.location()));
    removal.flush();
    Step found = of(orphans);
    return new Step(found.action(), found.taken(), 0, found.bytes(), removal.removed());
  }

  static Step of(List<FileInfo> orphans) {
    long bytes = orphans.stream().mapToLong(FileInfo::size).sum();
    return new Step(Step.Action.ORPHANS, orphans.size(), 0, bytes, 0);
  }
}
