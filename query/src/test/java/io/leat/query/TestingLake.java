package io.leat.query;

import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;

/** A lake on a disk with its catalog in a real PostgreSQL. */
final class TestingLake implements AutoCloseable {
  private final EmbeddedPostgres postgres;
  private final LakeCatalog lake;

  TestingLake(Path directory) {
    try {
      postgres =
          EmbeddedPostgres.builder().setDataDirectory(directory.resolve("postgres")).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lake =
        LakeCatalog.open(
            CatalogSpec.jdbc(
                    "lake",
                    "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres",
                    "postgres",
                    "",
                    directory.resolve("warehouse").toString())
                .withoutFsync());
  }

  LakeCatalog lake() {
    return lake;
  }

  Table create(String namespace, String name, Schema schema, PartitionSpec spec) {
    lake.ensureNamespace(namespace);
    return lake.catalog()
        .createTable(
            TableIdentifier.of(namespace, name), schema, spec, Map.of("format-version", "2"));
  }

  /** Appends one file with these rows, which all belong to one partition. */
  static DataFile append(Table table, List<Record> rows) {
    PartitionKey partition = null;
    if (table.spec().isPartitioned()) {
      partition = new PartitionKey(table.spec(), table.schema());
      partition.partition(
          new InternalRecordWrapper(table.schema().asStruct()).wrap(rows.get(0)));
    }
    String name = UUID.randomUUID() + ".parquet";
    String location =
        partition == null
            ? table.locationProvider().newDataLocation(name)
            : table.locationProvider().newDataLocation(table.spec(), partition, name);
    DataWriter<Record> writer;
    try {
      writer =
          Parquet.writeData(table.io().newOutputFile(location))
              .forTable(table)
              .withSpec(table.spec())
              .withPartition(partition)
              .createWriterFunc(GenericParquetWriter::create)
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (writer) {
      rows.forEach(writer::write);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    DataFile file = writer.toDataFile();
    table.newFastAppend().appendFile(file).commit();
    return file;
  }

  static Record row(Table table, Map<String, Object> values) {
    return GenericRecord.create(table.schema()).copy(values);
  }

  @Override
  public void close() throws IOException {
    lake.close();
    postgres.close();
  }
}
