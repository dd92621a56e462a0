package io.leat.lake.backup;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a table, as the files that it consists of.
 *
 * @param name the table's, for messages
 * @param specs the table's partitionings by id
 * @param snapshot null: the table had no rows
 * @param io reads the files
 */
public record TableImage(
    String name, Map<Integer, PartitionSpec> specs, @Nullable Snapshot snapshot, FileIO io) {
  /** What the files are named by in a backup: the table's id and their place under its folder. */
  private static final String FILES = "files/";

  /**
   * Tells the files' locations and sizes in bytes: the manifest list, the manifests, the data.
   *
   * @param rows told of each data file, after its location
   * @throws LeatException CONFLICT when rows were deleted by files of their own, which another
   *     engine did
   */
  public void files(BiConsumer<String, Long> files, Consumer<DataFile> rows) {
    if (snapshot == null) {
      return;
    }
    String list = snapshot.manifestListLocation();
    files.accept(list, io.newInputFile(list).getLength());
    for (ManifestFile manifest : snapshot.dataManifests(io)) {
      files.accept(manifest.path(), manifest.length());
    }
    data(
        file -> {
          files.accept(file.location(), file.fileSizeInBytes());
          rows.accept(file);
        });
  }

  /** Tells the data files. */
  public void data(Consumer<DataFile> files) {
    if (snapshot == null) {
      return;
    }
    if (!snapshot.deleteManifests(io).isEmpty()) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The table "
              + name
              + " has delete files, which Leat never writes: another engine did. Compact them away"
              + " with that engine, then back up again.");
    }
    for (ManifestFile manifest : snapshot.dataManifests(io)) {
      try (ManifestReader<DataFile> entries = ManifestFiles.read(manifest, io, specs)) {
        for (DataFile entry : entries) {
          files.accept(entry.copy());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + manifest.path(), e);
      }
    }
  }

  /**
   * Reads columns of all rows.
   *
   * @param columns of the table
   */
  public void rows(Schema columns, Consumer<Record> rows) {
    data(
        file -> {
          try (CloseableIterable<Record> records =
              Parquet.read(io.newInputFile(file))
                  .project(columns)
                  .createReaderFunc(schema -> GenericParquetReaders.buildReader(columns, schema))
                  .build()) {
            records.forEach(rows);
          } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file.location(), e);
          }
        });
  }

  /**
   * Where a backup keeps a file of a table. Iceberg gives files names that no other file has, so
   * the same path is the same content.
   *
   * @param location of the table
   * @param file the file's location
   */
  public static String path(UUID table, String location, String file) {
    return FILES + table + "/" + below(location, file);
  }

  /** The file's place under the table's folder; one from elsewhere gets one of its own. */
  static String below(String location, String file) {
    String folder = location.replaceFirst("/+$", "") + "/";
    return file.startsWith(folder)
        ? file.substring(folder.length())
        : "elsewhere/"
            + UUID.nameUUIDFromBytes(file.getBytes(java.nio.charset.StandardCharsets.UTF_8))
            + "-"
            + file.substring(file.lastIndexOf('/') + 1);
  }
}
