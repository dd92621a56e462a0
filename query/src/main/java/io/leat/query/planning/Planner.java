package io.leat.query.planning;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.query.cache.RemoteFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Decides which files a query reads. Safe for many threads. */
public final class Planner {
  /** Whether files are left out by what the statement asks for. */
  public enum Pruning {
    /** By partitions and statistics. */
    ON,
    /** Every file is read: to compare with. */
    OFF
  }

  private final TableNames names;
  private final int maxFiles;
  private final Pruning pruning;

  /**
   * Plans over the tables of a catalog.
   *
   * @param maxFiles of one query; more is refused
   */
  public Planner(TableNames names, int maxFiles, Pruning pruning) {
    this.names = names;
    this.maxFiles = maxFiles;
    this.pruning = pruning;
  }

  /**
   * Each table of the query once, at its present snapshot.
   *
   * @param times values of {@link ParsedQuery#times}
   * @param reader holds the snapshots from then on
   * @throws LeatException FORBIDDEN, UNKNOWN_TABLE, DELETE_FILES_UNSUPPORTED, LAKE_UNAVAILABLE,
   *     SQL_FAILED
   */
  public List<PlannedTable> plan(
      ParsedQuery query, TableAccess access, ComputedTimes times, SnapshotLeases.Reader reader) {
    Map<String, TableNames.Found> tables = new LinkedHashMap<>();
    for (TableUse use : query.uses()) {
      tables.computeIfAbsent(key(use), key -> names.load(use.schema(), use.table(), access));
    }
    boolean bareWordsAreColumns =
        tables.values().stream()
            .flatMap(found -> found.table().schema().columns().stream())
            .anyMatch(column -> TimeExpressions.isBareName(column.name()));
    ComputedTimes certain = bareWordsAreColumns ? times.withoutBareWords() : times;
    Map<String, Expression> filters = new LinkedHashMap<>();
    for (TableUse use : query.uses()) {
      TableNames.Found found = Objects.requireNonNull(tables.get(key(use)));
      // A table that is read in several places needs the files of all of them.
      filters.merge(key(use), filter(use, found.table(), certain), Expressions::or);
    }
    List<PlannedTable> planned = new ArrayList<>();
    int files = 0;
    for (Map.Entry<String, TableNames.Found> entry : tables.entrySet()) {
      Expression filter = filters.getOrDefault(entry.getKey(), Expressions.alwaysTrue());
      PlannedTable table = plan(entry.getValue(), filter, files, reader);
      files += table.files().size();
      planned.add(table);
    }
    return planned;
  }

  private static String key(TableUse use) {
    return (use.schema() + "." + use.table()).toLowerCase(Locale.ROOT);
  }

  private Expression filter(TableUse use, Table table, ComputedTimes times) {
    if (pruning == Pruning.OFF || use.where() == null) {
      return Expressions.alwaysTrue();
    }
    return new Predicates(use, table.schema(), times).expression(use.where());
  }

  private PlannedTable plan(
      TableNames.Found found, Expression filter, int filesBefore, SnapshotLeases.Reader reader) {
    Table table = found.table();
    String key = found.id().toString();
    SchemaHistory.check(key, table);
    List<String> files = new ArrayList<>();
    List<RemoteFile> remote = new ArrayList<>();
    long bytes = 0;
    Snapshot snapshot = table.currentSnapshot();
    if (snapshot != null) {
      reader.hold(table, snapshot.snapshotId());
      try (CloseableIterable<FileScanTask> tasks =
          scan(table).useSnapshot(snapshot.snapshotId()).filter(filter).planFiles()) {
        for (FileScanTask task : tasks) {
          if (filesBefore + files.size() >= maxFiles) {
            throw tooMany(key);
          }
          refuseUnreadable(key, task);
          String place = place(key, task.file().location());
          files.add(place);
          if (!place.startsWith("/")) {
            remote.add(new RemoteFile(place, task.file().fileSizeInBytes(), table.io()));
          }
          bytes += task.file().fileSizeInBytes();
        }
      } catch (LeatException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw new LeatException(
            ErrorCode.LAKE_UNAVAILABLE, "The files of '" + key + "' cannot be listed", e);
      }
    }
    long skipped = Math.max(0, total(snapshot) - files.size());
    return new PlannedTable(
        found.id().namespace().toString(),
        found.id().name(),
        columns(table.schema()),
        files,
        skipped,
        bytes,
        remote);
  }

  /** Manifests in an object store are better read several at a time. */
  private static TableScan scan(Table table) {
    boolean isHere = table.location().startsWith("file:") || table.location().startsWith("/");
    return isHere ? table.newScan().planWith(new CallerThread()) : table.newScan();
  }

  /** The columns in SQL's types. */
  public static List<PlannedTable.Column> columns(Schema schema) {
    List<PlannedTable.Column> columns = new ArrayList<>();
    for (NestedField field : schema.columns()) {
      columns.add(
          new PlannedTable.Column(field.fieldId(), field.name(), ColumnTypes.sql(field.type())));
    }
    return columns;
  }

  private static long total(@Nullable Snapshot snapshot) {
    if (snapshot == null) {
      return 0;
    }
    return Long.parseLong(
        snapshot.summary().getOrDefault(SnapshotSummary.TOTAL_DATA_FILES_PROP, "0"));
  }

  private static void refuseUnreadable(String table, FileScanTask task) {
    if (!task.deletes().isEmpty()) {
      throw new LeatException(
          ErrorCode.DELETE_FILES_UNSUPPORTED,
          "The table '" + table + "' has rows that are marked as deleted; compact it first");
    }
    if (task.file().format() != FileFormat.PARQUET) {
      throw new LeatException(
          ErrorCode.SQL_FAILED,
          "The table '"
              + table
              + "' has files in "
              + task.file().format()
              + "; only Parquet is read");
    }
  }

  /** The absolute path of a file on this machine's disk, or the location of a remote one. */
  private static String place(String table, String location) {
    String path = location;
    if (location.startsWith("file:")) {
      String rest = location.substring("file:".length());
      path = rest.startsWith("//") ? rest.substring(rest.indexOf('/', 2)) : rest;
      path = path.replaceFirst("^/+", "/");
    }
    if (path.matches("/.*[*?\\[\\]\\\\].*")) {
      // DuckDB would take it for a pattern.
      throw new LeatException(
          ErrorCode.SQL_FAILED,
          "The table '" + table + "' has a file with one of *?[]\\ in its path; it cannot be read");
    }
    return path;
  }

  private LeatException tooMany(String table) {
    return new LeatException(
        ErrorCode.SQL_FAILED,
        "The query would read more than "
            + maxFiles
            + " files, with those of '"
            + table
            + "'; narrow it by time");
  }
}
