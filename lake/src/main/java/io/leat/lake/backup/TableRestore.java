package io.leat.lake.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;

/**
 * Makes a table of a copied snapshot. Iceberg's metadata names its files by absolute locations, so
 * a copy elsewhere gets new metadata: the same id, schemas with the same column ids, partitionings,
 * sort orders and properties, and one snapshot that appends all files. Its earlier snapshots are
 * not restored.
 */
public final class TableRestore {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Properties by which a table puts its files outside of its folder. */
  private static final List<String> ELSEWHERE =
      List.of(
          "write.data.path",
          "write.metadata.path",
          "write.folder-storage.path",
          "write.object-storage.path");

  private final Catalog catalog;
  private final FileIO io;

  /**
   * @param io writes to the warehouse
   */
  public TableRestore(Catalog catalog, FileIO io) {
    this.catalog = catalog;
    this.io = io;
  }

  /** The metadata's table as it was, to read its copied snapshot. */
  public static TableMetadata metadata(String json) {
    return TableMetadataParser.fromJson(json);
  }

  /** Where a file of the table belongs under its new folder. */
  public static String location(String folder, TableMetadata was, String file) {
    return folder + "/" + TableImage.below(was.location(), file);
  }

  /**
   * Makes the table; its data files are in their new places already.
   *
   * @param json the metadata as it was copied
   * @param image what was copied
   * @param folder the new one
   * @param notes for the snapshot's summary
   * @throws LeatException CONFLICT when the catalog has a table of the name
   */
  public Table restore(
      TableIdentifier id, String json, TableImage image, String folder, Map<String, String> notes) {
    if (catalog.tableExists(id)) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The catalog has a table " + id + " already; restore into an empty catalog.");
    }
    TableMetadata was = metadata(json);
    TableMetadata empty = TableMetadataParser.fromJson(emptied(json, folder));
    String file =
        folder
            + "/metadata/00000-"
            + UUID.randomUUID()
            + TableMetadataParser.getFileExtension(TableMetadataParser.Codec.NONE);
    TableMetadataParser.write(empty, io.newOutputFile(file));
    Table table = catalog.registerTable(id, file);
    if (image.snapshot() != null) {
      AppendFiles append = table.newFastAppend();
      image.data(data -> append.appendFile(moved(data, table, was, folder)));
      notes.forEach(append::set);
      append.commit();
    }
    return table;
  }

  private static DataFile moved(DataFile data, Table table, TableMetadata was, String folder) {
    return DataFiles.builder(table.specs().get(data.specId()))
        .copy(data)
        .withPath(location(folder, was, data.location()))
        .build();
  }

  /** The metadata of the same table without a snapshot, elsewhere. */
  private static String emptied(String json, String folder) {
    try {
      ObjectNode metadata = (ObjectNode) JSON.readTree(json);
      metadata.put("location", folder);
      metadata.put("current-snapshot-id", -1L);
      metadata.putObject("refs");
      for (String list :
          new String[] {
            "snapshots", "snapshot-log", "metadata-log", "statistics", "partition-statistics"
          }) {
        metadata.putArray(list);
      }
      if (metadata.get("properties") instanceof ObjectNode properties) {
        properties.remove(ELSEWHERE); // the copy does not write to where the original does
      }
      return metadata.toString();
    } catch (JsonProcessingException e) {
      throw new LeatException(
          ErrorCode.CONFLICT, "The copied metadata of a table is not JSON: " + e.getMessage(), e);
    }
  }
}
