package io.leat.lake.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.StructLikeMap;

/**
 * Counts a table's files and finds those that are worth merging. Reads the manifests of one
 * snapshot; remembers at most {@link #MOST_SMALL} files.
 */
final class Inventory {
  /** About 20 MB of them; what is beyond waits for the next run. */
  static final int MOST_SMALL = 20_000;

  private static final Comparator<DataFile> NEWEST_FIRST =
      Comparator.comparingLong(DataFile::dataSequenceNumber)
          .thenComparing(DataFile::location)
          .reversed();

  private final MaintenancePolicy policy;
  private final Map<Integer, StructLikeMap<List<DataFile>>> small = new HashMap<>();
  private long files;
  private long smallFiles;
  private long bytes;
  private long remembered;
  private boolean hasDeletes;

  private Inventory(MaintenancePolicy policy) {
    this.policy = policy;
  }

  /**
   * @param now files are settled when they were committed long enough before
   */
  static Inventory of(Table table, MaintenancePolicy policy, Instant now) {
    Inventory inventory = new Inventory(policy);
    Snapshot head = table.currentSnapshot();
    if (head != null) {
      inventory.count(table, head, settled(table, now.minus(policy.settle())));
    }
    return inventory;
  }

  /** The newest commit before {@code until}, as a sequence number. */
  private static long settled(Table table, Instant until) {
    long settled = 0;
    for (Snapshot snapshot : table.snapshots()) {
      if (snapshot.timestampMillis() <= until.toEpochMilli()) {
        settled = Math.max(settled, snapshot.sequenceNumber());
      }
    }
    return settled;
  }

  private void count(Table table, Snapshot head, long settled) {
    Types.StructType partition = table.spec().partitionType();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(head.snapshotId()).planFiles()) {
      for (FileScanTask task : tasks) {
        DataFile file = task.file();
        files++;
        bytes += file.fileSizeInBytes();
        hasDeletes |= !task.deletes().isEmpty();
        if (policy.isSmall(file.fileSizeInBytes())) {
          smallFiles++;
          boolean isOfToday = file.specId() == table.spec().specId();
          if (isOfToday
              && file.format() == FileFormat.PARQUET
              && file.dataSequenceNumber() <= settled
              && remembered < MOST_SMALL) {
            remembered++;
            small
                .computeIfAbsent(file.specId(), id -> StructLikeMap.create(partition))
                .computeIfAbsent(key(file), any -> new ArrayList<>())
                .add(file.copyWithoutStats());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file's partition outlives the file only in a copy. */
  private static StructLike key(DataFile file) {
    return file.copyWithoutStats().partition();
  }

  Stock stock(Table table) {
    int snapshots = 0;
    for (Snapshot ignored : table.snapshots()) {
      snapshots++;
    }
    Snapshot head = table.currentSnapshot();
    int manifests = head == null ? 0 : head.allManifests(table.io()).size();
    long most = partitions().stream().mapToLong(List::size).max().orElse(0);
    return new Stock(files, smallFiles, most, bytes, snapshots, manifests);
  }

  /**
   * What to merge: in each partition with too many small files, runs of successive commits in which
   * no file weighs more than the newer ones together. A row is so rewritten a number of times that
   * grows with the logarithm of its partition. None when a table has deletes of rows, which merging
   * would bring back.
   */
  List<FileGroup> groups() {
    List<FileGroup> groups = new ArrayList<>();
    if (hasDeletes) {
      return groups;
    }
    for (List<DataFile> partition : partitions()) {
      if (partition.size() > policy.smallFiles()) {
        partition.sort(NEWEST_FIRST);
        addRuns(partition, groups);
      }
    }
    return groups;
  }

  private List<List<DataFile>> partitions() {
    List<List<DataFile>> partitions = new ArrayList<>();
    small.values().forEach(one -> partitions.addAll(one.values()));
    return partitions;
  }

  private void addRuns(List<DataFile> newestFirst, List<FileGroup> groups) {
    List<DataFile> run = new ArrayList<>();
    long weight = 0;
    for (DataFile file : newestFirst) {
      long own = policy.weight(file.fileSizeInBytes());
      boolean fits = own <= Math.max(weight, 1) && weight + own <= policy.targetFileBytes();
      if (!run.isEmpty() && !fits) {
        add(run, groups);
        run = new ArrayList<>();
        weight = 0;
      }
      run.add(file);
      weight += own;
    }
    add(run, groups);
  }

  private static void add(List<DataFile> newestFirst, List<FileGroup> groups) {
    if (newestFirst.size() > 1) {
      List<DataFile> files = new ArrayList<>(newestFirst);
      java.util.Collections.reverse(files);
      groups.add(new FileGroup(files));
    }
  }
}
