package io.leat.lake.replay;

import static java.util.Objects.requireNonNull;

import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.maintenance.TableLocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.types.Types;

/**
 * Puts rows in the place of others, in one commit: those that stand at given positions go, those of
 * another table come. Files that have other rows too are written anew without the ones that go.
 * Appends that are committed meanwhile stay; who else changes files makes it begin again. The
 * commit carries a name, by which it is found again. Owned by one thread.
 */
public final class Replacement {
  /** In the summary of the snapshot that a replay made. */
  public static final String REPLAY = "leat.replay";

  private static final int ATTEMPTS = 5;

  private final PositionedTable into;
  private final Table table;
  private final ReplayRange range;
  private final String name;
  private final SnapshotLeases leases;
  private final Pace pace;
  private List<DataFile> incoming = List.of();

  /**
   * @param into the stream's rows of the table that is changed
   * @param range where the positions are
   * @param name of the commit
   */
  public Replacement(
      PositionedTable into, ReplayRange range, String name, SnapshotLeases leases, Pace pace) {
    this.into = into;
    this.table = into.table();
    this.range = range;
    this.name = name;
    this.leases = leases;
    this.pace = pace;
  }

  /** Whether the table's history has the commit. */
  public static boolean isIn(Table table, String name) {
    table.refresh();
    for (Snapshot snapshot : table.snapshots()) {
      if (name.equals(snapshot.summary().get(REPLAY))) {
        return true;
      }
    }
    return false;
  }

  /** Writes the rows that come into files of the table, which nothing names yet. */
  public void prepare(PositionedTable from) throws IOException {
    table.refresh();
    List<String> columns = table.schema().columns().stream().map(Types.NestedField::name).toList();
    try (FileSet<StructLike> files = FileSet.of(table, table.spec(), "replayed")) {
      from.read(range, columns, leases, pace, row -> files.write(row.values()));
      incoming = files.complete();
    }
  }

  /**
   * Commits what was prepared.
   *
   * @param going positions whose rows go
   * @throws ValidationException when others were always faster
   */
  public void commit(PositionSet going, TableLocks locks) {
    locks.with(
        table,
        () -> {
          for (int attempt = 1; !isIn(table, name); attempt++) {
            try {
              attempt(going);
            } catch (ValidationException e) {
              if (attempt == ATTEMPTS) {
                throw e;
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
          return name;
        });
  }

  /** Deletes the files that were prepared, when the table surely does not have them. */
  public void discard() {
    try {
      if (isIn(table, name)) {
        return;
      }
    } catch (RuntimeException e) {
      return; // Orphans then, which maintenance removes.
    }
    for (DataFile file : incoming) {
      try {
        table.io().deleteFile(file.location());
      } catch (RuntimeException e) {
        // An orphan then, which maintenance removes.
      }
    }
    incoming = List.of();
  }

  private void attempt(PositionSet going) throws IOException {
    table.refresh();
    Snapshot head = table.currentSnapshot();
    if (head == null) {
      throw new IllegalStateException("The table " + table.name() + " has no rows to replace");
    }
    List<FileSet<StructLike>> written = new ArrayList<>();
    OverwriteFiles overwrite =
        table
            .newOverwrite()
            .validateFromSnapshot(head.snapshotId())
            .validateNoConflictingDeletes()
            .validateWith(onlyAppendsSince(head.snapshotId()))
            .set(REPLAY, name);
    try {
      rewrite(head, going, overwrite, written);
      incoming.forEach(overwrite::addFile);
      overwrite.commit();
    } catch (CommitStateUnknownException e) {
      throw e; // The table may name the files; the next attempt looks whether it does.
    } catch (IOException | RuntimeException e) {
      written.forEach(FileSet::discard);
      throw e;
    }
  }

  /** Takes the rows out of the files that have them. */
  private void rewrite(
      Snapshot head, PositionSet going, OverwriteFiles overwrite, List<FileSet<StructLike>> written)
      throws IOException {
    Expression filter = into.filter(range);
    List<String> columns = table.schema().columns().stream().map(Types.NestedField::name).toList();
    Map<Integer, FileSet<StructLike>> bySpec = new HashMap<>();
    for (DataFile file : into.files(head, filter)) {
      long[] hits = new long[1];
      into.readFile(
          file,
          List.of(),
          filter,
          pace,
          row -> {
            if (isGoing(going, row)) {
              hits[0]++;
            }
          });
      if (hits[0] == 0) {
        continue;
      }
      overwrite.deleteFile(file);
      if (hits[0] < file.recordCount()) {
        FileSet<StructLike> rest = bySpec.get(file.specId());
        if (rest == null) {
          rest = FileSet.of(table, requireNonNull(table.specs().get(file.specId())), "kept");
          bySpec.put(file.specId(), rest);
          written.add(rest);
        }
        keep(file, columns, going, rest, file.recordCount() - hits[0]);
      }
    }
    for (FileSet<StructLike> rest : written) {
      rest.complete().forEach(overwrite::addFile);
    }
  }

  private boolean isGoing(PositionSet going, PositionedTable.Row row) {
    return range.contains(row.received(), row.epoch(), row.partition(), row.offset())
        && going.contains(row.epoch(), row.partition(), row.offset());
  }

  private void keep(
      DataFile file,
      List<String> columns,
      PositionSet going,
      FileSet<StructLike> rest,
      long expected)
      throws IOException {
    long kept = into.copyOthers(file, columns, pace, row -> isGoing(going, row), rest);
    if (kept != expected) {
      throw new IllegalStateException(
          "Of " + expected + " rows of " + file.location() + " " + kept + " were kept");
    }
  }

  /** What was appended since stays beside; any other change may have moved the same rows. */
  private static SnapshotAncestryValidator onlyAppendsSince(long planned) {
    return new SnapshotAncestryValidator() {
      @Override
      public boolean validate(Iterable<Snapshot> newestFirst) {
        for (Snapshot snapshot : newestFirst) {
          if (snapshot.snapshotId() == planned) {
            return true;
          }
          if (!DataOperations.APPEND.equals(snapshot.operation())) {
            return false;
          }
        }
        return false;
      }

      @Override
      public String errorMessage() {
        return "Others changed the table's files meanwhile";
      }
    };
  }
}
