package io.leat.app.platform;

import io.leat.app.backup.BackupStore;
import io.leat.app.backup.Manifest;
import io.leat.app.backup.StoredFile;
import io.leat.app.backup.Verification;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.CatalogSpec;
import io.leat.lake.backup.TableImage;
import io.leat.lake.backup.TableRestore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Makes the tables of a backup again, in the warehouse of the settings. */
final class LakeRestoration {
  /** While it is in the warehouse, that holds nothing but what a restore put there. */
  private static final String MARK = "leat-restoring";

  private final BackupStore store;
  private final Manifest manifest;
  private final Map<String, StoredFile> files;
  private final Consumer<String> progress;

  LakeRestoration(
      BackupStore store,
      Manifest manifest,
      Map<String, StoredFile> files,
      Consumer<String> progress) {
    this.store = store;
    this.manifest = manifest;
    this.files = files;
    this.progress = progress;
  }

  /**
   * Restores all tables.
   *
   * @throws LeatException CONFLICT when the warehouse has files of somebody else
   */
  void restore(Foundation foundation) throws IOException {
    CatalogSpec spec = foundation.catalogSpec();
    String warehouse = String.valueOf(spec.properties().get("warehouse")).replaceFirst("/+$", "");
    String impl = spec.properties().get("io-impl");
    if (impl == null) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "How to write to the warehouse is not known; say it with 'io-impl' in lake.properties.");
    }
    try (FileIO io = CatalogUtil.loadFileIO(impl, spec.properties(), null)) {
      refuseUsed(io, warehouse);
      TableRestore tables = new TableRestore(foundation.catalog().catalog(), io);
      for (Manifest.LakeTable table : manifest.tables()) {
        progress.accept("restoring the table " + table.id());
        foundation.catalog().ensureNamespace(table.namespace());
        restore(table, tables, io, warehouse + "/" + table.namespace() + "/" + table.name());
      }
      io.deleteFile(warehouse + "/" + MARK);
    }
  }

  private static void refuseUsed(FileIO io, String warehouse) throws IOException {
    boolean isUsed =
        ((SupportsPrefixOperations) io).listPrefix(warehouse + "/").iterator().hasNext();
    if (isUsed && !io.newInputFile(warehouse + "/" + MARK).exists()) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The warehouse "
              + warehouse
              + " is not empty: another Leat may use it. Name another place with lake.warehouse.");
    }
    try (OutputStream mark = io.newOutputFile(warehouse + "/" + MARK).createOrOverwrite()) {
      mark.write('\n');
    }
  }

  private void restore(Manifest.LakeTable table, TableRestore tables, FileIO io, String folder)
      throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    store.copy(file(manifest.metadata(table)), text);
    String json = text.toString(StandardCharsets.UTF_8);
    TableMetadata was = TableRestore.metadata(json);
    TableImage image = Verification.image(store, table, json);
    image.data(
        data -> {
          StoredFile copy =
              file(
                  TableImage.path(
                      UUID.fromString(table.uuid()), table.location(), data.location()));
          String to = TableRestore.location(folder, was, data.location());
          try (OutputStream out = io.newOutputFile(to).createOrOverwrite()) {
            store.copy(copy, out);
          } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + to, e);
          }
        });
    tables.restore(
        TableIdentifier.of(table.namespace(), table.name()), json, image, folder, table.notes());
  }

  private StoredFile file(String path) {
    StoredFile file = files.get(path);
    if (file == null) {
      throw new LeatException(
          ErrorCode.CONFLICT, "The backup " + manifest.id() + " has no file " + path);
    }
    return file;
  }
}
