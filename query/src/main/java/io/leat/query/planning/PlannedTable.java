package io.leat.query.planning;

import io.leat.query.cache.RemoteFile;
import java.util.List;

/**
 * A table of a query with the files that hold rows for it.
 *
 * @param schema the namespace
 * @param name the table
 * @param columns in the table's order
 * @param files absolute paths, or the locations of remote files
 * @param skipped files that were left out as no row in them can match
 * @param bytes of all files together
 * @param remote those of the files that have to be fetched
 */
public record PlannedTable(
    String schema,
    String name,
    List<Column> columns,
    List<String> files,
    long skipped,
    long bytes,
    List<RemoteFile> remote) {

  /**
   * A column.
   *
   * @param id Iceberg's field id, by which it is found in files
   * @param type DuckDB's
   */
  public record Column(int id, String name, String type) {}

  public PlannedTable {
    columns = List.copyOf(columns);
    files = List.copyOf(files);
    remote = List.copyOf(remote);
  }
}
