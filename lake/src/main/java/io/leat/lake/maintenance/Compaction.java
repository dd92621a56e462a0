package io.leat.lake.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.data.parquet.InternalWriter;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;

/**
 * Merges groups of files. Rows are streamed from one file into the other, in the order of their
 * commits, in which log offsets ascend; memory: one row group of each side.
 */
final class Compaction {
  /** Of a row group while it is written; the process has little memory. */
  private static final String ROW_GROUP_BYTES = String.valueOf(8 << 20);

  private static final int ROWS_PER_STEP = 256;

  /** Of one commit: small enough to be done again after a conflict, many to have few commits. */
  private static final int GROUPS_PER_COMMIT = 32;

  private static final long BYTES_PER_COMMIT = 64L << 20;

  private final Table table;
  private final Pace pace;

  Compaction(Table table, Pace pace) {
    this.table = table;
    this.pace = pace;
  }

  /**
   * Merges one group after the other; those that were committed stay so if a later one fails.
   *
   * @throws ValidationException when a file is no longer in the table
   * @throws CommitFailedException when writers were always faster
   */
  Step run(List<FileGroup> groups) {
    Step done = Step.nothing(Step.Action.COMPACT);
    Snapshot head = table.currentSnapshot();
    if (head == null) {
      return done;
    }
    for (int next = 0; next < groups.size(); ) {
      List<FileGroup> batch = new ArrayList<>();
      long bytes = 0;
      while (next < groups.size()
          && batch.size() < GROUPS_PER_COMMIT
          && (batch.isEmpty() || bytes + groups.get(next).bytes() <= BYTES_PER_COMMIT)) {
        bytes += groups.get(next).bytes();
        batch.add(groups.get(next++));
      }
      done = done.plus(merge(batch, head.snapshotId()));
    }
    return done;
  }

  private Step merge(List<FileGroup> batch, long planned) {
    Set<DataFile> merged = new HashSet<>();
    Set<DataFile> before = new HashSet<>();
    long bytes = 0;
    long sequence = 0;
    try {
      for (FileGroup group : batch) {
        merged.add(write(group));
        before.addAll(group.files());
        bytes += group.bytes();
        sequence = Math.max(sequence, group.sequence());
      }
      commit(before, merged, sequence, planned);
    } catch (CommitStateUnknownException e) {
      throw e; // The table may name the files: if it does not, they are orphans one day.
    } catch (RuntimeException e) {
      merged.forEach(file -> deleteQuietly(file.location(), e));
      throw e;
    }
    return new Step(Step.Action.COMPACT, before.size(), merged.size(), bytes, 0);
  }

  /**
   * Refused by Iceberg when one of the files is no longer in the table.
   *
   * @param planned the snapshot at which the files were found; without it, Iceberg would look
   *     through the whole history, and refuse every merge once a part of that has expired
   */
  private void commit(Set<DataFile> before, Set<DataFile> merged, long sequence, long planned) {
    RewriteFiles rewrite = table.newRewrite().validateFromSnapshot(planned);
    before.forEach(rewrite::deleteFile);
    merged.forEach(rewrite::addFile);
    rewrite.dataSequenceNumber(sequence);
    rewrite.commit();
  }

  private DataFile write(FileGroup group) {
    DataFile first = group.files().get(0);
    OutputFile output =
        OutputFileFactory.builderFor(table, 0, 0)
            .operationId("merged-" + UUID.randomUUID())
            .build()
            .newOutputFile(table.spec(), first.partition())
            .encryptingOutputFile();
    DataWriter<StructLike> writer = writer(output, first.partition());
    try {
      long rows = 0;
      try (writer) {
        for (DataFile file : group.files()) {
          rows += copy(file, writer);
        }
      }
      if (rows != group.rows()) {
        throw new IllegalStateException(
            "Of " + group.rows() + " rows of " + table.name() + " only " + rows + " were read");
      }
      return writer.toDataFile();
    } catch (IOException e) {
      UncheckedIOException failure = new UncheckedIOException(e);
      deleteQuietly(output.location(), failure);
      throw failure;
    } catch (RuntimeException e) {
      deleteQuietly(output.location(), e);
      throw e;
    }
  }

  private DataWriter<StructLike> writer(OutputFile output, StructLike partition) {
    try {
      return Parquet.writeData(output)
          .forTable(table)
          .withSpec(table.spec())
          .withPartition(partition)
          .set("write.parquet.compression-codec", "zstd")
          .set("write.parquet.compression-level", "3")
          .set("write.parquet.row-group-size-bytes", ROW_GROUP_BYTES)
          .set("write.parquet.dict-size-bytes", String.valueOf(1 << 20))
          .createWriterFunc((schema, type) -> InternalWriter.createWriter(schema, type))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long copy(DataFile file, DataWriter<StructLike> writer) throws IOException {
    long rows = 0;
    try (CloseableIterable<StructLike> records =
        Parquet.read(table.io().newInputFile(file))
            .project(table.schema())
            .createReaderFunc(type -> InternalReader.create(table.schema(), type))
            .build()) {
      for (StructLike record : records) {
        writer.write(record);
        if (++rows % ROWS_PER_STEP == 0) {
          pace.step();
        }
      }
    }
    pace.step();
    return rows;
  }

  private void deleteQuietly(String location, Exception failure) {
    try {
      table.io().deleteFile(location);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
