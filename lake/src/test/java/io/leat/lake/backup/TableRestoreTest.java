package io.leat.lake.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import io.leat.lake.LocalFileIO;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table whose columns and partitioning changed comes up in another folder, row by row. */
class TableRestoreTest {
  private static final TableIdentifier ID = TableIdentifier.of("raw", "events");
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "was", Types.StringType.get()));

  private static EmbeddedPostgres postgres;

  private final Path directory;
  private final LakeCatalog here;
  private final LakeCatalog there;
  private final Table table;

  TableRestoreTest(@TempDir Path directory) {
    this.directory = directory;
    this.here = lake("here");
    this.there = lake("there");
    this.table = here.catalog().createTable(ID, SCHEMA, PartitionSpec.unpartitioned());
  }

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  private LakeCatalog lake(String name) {
    LakeCatalog lake =
        LakeCatalog.open(
            CatalogSpec.jdbc(
                    name,
                    postgres.getJdbcUrl("postgres", "postgres"),
                    "postgres",
                    "postgres",
                    directory.resolve(name).toString())
                .withoutFsync());
    lake.ensureNamespace("raw");
    return lake;
  }

  @Test
  void changedColumnsAndPartitioningsAreAsTheyWere() throws IOException {
    append(1, "one", null);
    table
        .updateSchema()
        .renameColumn("was", "is")
        .addColumn("new", Types.StringType.get())
        .commit();
    table.updateSpec().addField("is").commit();
    append(2, "two", "b");
    table.updateProperties().set("write.parquet.compression-level", "1").commit();
    Map<String, String> properties = Map.copyOf(table.properties());
    table.updateProperties().set("write.data.path", directory.resolve("here").toString()).commit();
    Map<String, Path> copies = copy();
    String json = TableMetadataParser.toJson(((HasTableOperations) table).operations().current());
    TableImage image =
        new TableImage(
            "events",
            table.specs(),
            table.currentSnapshot(),
            new RelocatedFiles(
                at ->
                    new LocalFileIO()
                        .newInputFile(Objects.requireNonNull(copies.get(at)).toString())));
    deleteOriginals();
    Catalog catalog = there.catalog();
    String folder = directory.resolve("there/raw/events").toString();
    image.data(
        data ->
            move(
                Objects.requireNonNull(copies.get(data.location())),
                Path.of(
                    TableRestore.location(folder, TableRestore.metadata(json), data.location()))));

    Table restored =
        new TableRestore(catalog, new LocalFileIO())
            .restore(ID, json, image, folder, Map.of("flink.job-id", "j"));

    assertThat(rows(restored)).containsExactly("1 one null", "2 two b");
    assertThat(restored.schema().sameSchema(table.schema())).isTrue();
    assertThat(restored.specs().keySet()).isEqualTo(table.specs().keySet());
    assertThat(restored.spec().specId()).isEqualTo(table.spec().specId());
    assertThat(restored.uuid()).isEqualTo(table.uuid());
    assertThat(restored.properties()).isEqualTo(properties);
    assertThat(restored.location()).isEqualTo(folder);
    assertThat(restored.currentSnapshot().summary()).containsEntry("flink.job-id", "j");
    assertThat(restored.snapshots()).hasSize(1);
    restored.updateSchema().addColumn("later", Types.LongType.get()).commit();
    assertThat(restored.schema().findField("later").fieldId())
        .as("no column id is used twice")
        .isEqualTo(table.schema().findField("new").fieldId() + 1);
    assertThatThrownBy(
            () ->
                new TableRestore(catalog, new LocalFileIO())
                    .restore(ID, json, image, folder, Map.of()))
        .hasMessage("The catalog has a table raw.events already; restore into an empty catalog.");
  }

  private void append(long id, String text, @Nullable String more) throws IOException {
    Record row = GenericRecord.create(table.schema());
    row.set(0, id);
    row.set(1, text);
    if (more != null) {
      row.set(2, more);
    }
    PartitionData partition = new PartitionData(table.spec().partitionType());
    if (table.spec().isPartitioned()) {
      partition.set(0, text);
    }
    String to = table.location() + "/data/" + id + ".parquet";
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(to))
            .schema(table.schema())
            .withSpec(table.spec())
            .withPartition(partition)
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      writer.write(row);
    }
    table.newAppend().appendFile(writer.toDataFile()).commit();
  }

  /** Of all files of the newest snapshot, by where they were. */
  private Map<String, Path> copy() {
    Map<String, Path> copies = new TreeMap<>();
    new TableImage("events", table.specs(), table.currentSnapshot(), table.io())
        .files(
            (location, bytes) -> {
              Path copy = directory.resolve(copies.size() + "-" + Path.of(location).getFileName());
              try {
                Files.copy(Path.of(location), copy);
                assertThat(Files.size(copy)).isEqualTo(bytes);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              copies.put(location, copy);
            },
            data -> {});
    return copies;
  }

  private void deleteOriginals() throws IOException {
    new LocalFileIO().deletePrefix(directory.resolve("here").toString());
  }

  private static void move(Path from, Path to) {
    try {
      Files.createDirectories(to.getParent());
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> rows(Table table) {
    Set<String> rows = new TreeSet<>();
    new TableImage("events", table.specs(), table.currentSnapshot(), table.io())
        .rows(
            table.schema(),
            row ->
                rows.add(
                    row.getField("id") + " " + row.getField("is") + " " + row.getField("new")));
    return rows;
  }
}
