package io.leat.app.backup;

import io.leat.event.LeatException;
import io.leat.lake.backup.RelocatedFiles;
import io.leat.lake.backup.TableImage;
import io.leat.lake.backup.TableRestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.parquet.ParquetUtil;

/**
 * Reads a whole backup: every file against its checksum, every table's metadata and what it names,
 * the rows of every data file against the metadata, the sums against the ledger, the records of the
 * log.
 */
public final class Verification {
  private final BackupStore store;
  private final Manifest manifest;
  private final Map<String, StoredFile> files = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private long rows;
  private long records;

  private Verification(BackupStore store, Manifest manifest) {
    this.store = store;
    this.manifest = manifest;
    manifest.files().forEach(file -> files.put(file.path(), file));
  }

  /**
   * What was found.
   *
   * @param problems precise, empty when the backup is whole
   */
  public record Result(
      String id, long files, long bytes, long rows, long records, List<String> problems) {
    public Result {
      problems = List.copyOf(problems);
    }
  }

  /** Reads it all. */
  public static Result of(BackupStore store, Manifest manifest, Consumer<String> progress) {
    Verification verification = new Verification(store, manifest);
    progress.accept("reading " + manifest.files().size() + " files");
    manifest.files().forEach(verification::checksum);
    for (Manifest.LakeTable table : manifest.tables()) {
      progress.accept("reading the table " + table.id());
      verification.guarded("the table " + table.id(), () -> verification.table(table));
    }
    progress.accept("reading the log's end");
    manifest.logs().forEach(verification::log);
    verification.books();
    return new Result(
        manifest.id(),
        manifest.files().size(),
        manifest.bytes(),
        verification.rows,
        verification.records,
        verification.problems);
  }

  private interface Reading {
    void run() throws IOException;
  }

  private void guarded(String what, Reading reading) {
    try {
      reading.run();
    } catch (IOException | RuntimeException e) {
      problems.add(what + " cannot be read: " + (e instanceof LeatException ? e.getMessage() : e));
    }
  }

  private void checksum(StoredFile file) {
    guarded(
        file.path(),
        () -> {
          if (!store.exists(file.path())) {
            problems.add(file.path() + " is missing");
            return;
          }
          long bytes = store.file(file.path()).getLength();
          if (bytes != file.bytes()) {
            problems.add(file.path() + " has " + bytes + " bytes, not " + file.bytes());
            return;
          }
          try (InputStream in = store.file(file.path()).newStream()) {
            if (!BackupStore.sha256(in).equals(file.sha256())) {
              problems.add(file.path() + " is damaged: its checksum is another");
            }
          }
        });
  }

  private void table(Manifest.LakeTable table) throws IOException {
    String json = new String(store.read(manifest.metadata(table)), StandardCharsets.UTF_8);
    long[] found = new long[1];
    image(store, table, json)
        .files(
            (location, bytes) -> {
              StoredFile file = files.get(path(table, location));
              if (file == null || file.bytes() != bytes) {
                problems.add(
                    table.id()
                        + " names "
                        + path(table, location)
                        + " with "
                        + bytes
                        + " bytes, which the backup has "
                        + (file == null ? "not" : "with " + file.bytes()));
              }
            },
            data -> {
              found[0] += data.recordCount();
              footer(table, data);
            });
    rows += found[0];
    if (found[0] != table.rows()) {
      problems.add(table.id() + " has " + found[0] + " rows, not " + table.rows());
    }
  }

  /** The file itself says how many rows it has. */
  private void footer(Manifest.LakeTable table, DataFile data) {
    if (data.format() != FileFormat.PARQUET) {
      return;
    }
    String path = path(table, data.location());
    guarded(
        path,
        () -> {
          Long count =
              ParquetUtil.fileMetrics(store.file(path), MetricsConfig.getDefault()).recordCount();
          if (count == null || count != data.recordCount()) {
            problems.add(path + " has " + count + " rows, not " + data.recordCount());
          }
        });
  }

  private static String path(Manifest.LakeTable table, String location) {
    return TableImage.path(UUID.fromString(table.uuid()), table.location(), location);
  }

  /**
   * A table's copied snapshot.
   *
   * @param json its copied metadata
   */
  public static TableImage image(BackupStore store, Manifest.LakeTable table, String json) {
    TableMetadata metadata = TableRestore.metadata(json);
    Long snapshot = table.snapshot();
    return new TableImage(
        table.id(),
        metadata.specsById(),
        snapshot == null ? null : metadata.snapshot(snapshot),
        new RelocatedFiles(location -> store.file(path(table, location))));
  }

  private void log(Manifest.Log log) {
    for (Manifest.Partition partition : log.partitions()) {
      if (partition.records() == 0) {
        continue;
      }
      String path = manifest.log(log.topic(), partition.partition());
      guarded(
          path,
          () -> {
            long[] last = {partition.first() - 1};
            try (InputStream in = store.file(path).newStream()) {
              long count =
                  LogTail.read(
                      in,
                      one -> {
                        if (one.offset() <= last[0] || one.offset() >= partition.next()) {
                          throw new IOException("offset " + one.offset() + " is out of place");
                        }
                        last[0] = one.offset();
                      });
              records += count;
              if (count != partition.records()) {
                problems.add(path + " has " + count + " records, not " + partition.records());
              }
            }
          });
    }
  }

  private void books() {
    Map<String, Manifest.LakeTable> tables = new HashMap<>();
    manifest.tables().forEach(table -> tables.put(table.id(), table));
    for (Manifest.Count count : manifest.books()) {
      if (count.raw() != count.processed() + count.duplicates() + count.quarantined()
          || count.logged() != count.raw()) {
        problems.add("the ledger does not balance: " + count);
      }
      compare(tables.get(count.blueprint() + "_raw." + count.stream()), count.raw());
      compare(tables.get(count.blueprint() + "_processed." + count.stream()), count.processed());
    }
  }

  private void compare(Manifest.@org.jspecify.annotations.Nullable LakeTable table, long counted) {
    if (table != null && (table.rows() > counted || (!table.ages() && table.rows() != counted))) {
      problems.add(
          table.id() + " has " + table.rows() + " rows, but the ledger counted " + counted);
    }
  }
}
