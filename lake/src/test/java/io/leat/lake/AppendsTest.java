package io.leat.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AppendsTest {
  private static final Schema SCHEMA =
      new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

  private Table table;

  @BeforeEach
  void createTable() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("raw"));
    table =
        catalog.createTable(
            TableIdentifier.of("raw", "events"), SCHEMA, PartitionSpec.unpartitioned());
  }

  private void append(long id) throws IOException {
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(table.location() + "/" + UUID.randomUUID()))
            .forTable(table)
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      GenericRecord row = GenericRecord.create(SCHEMA);
      row.setField("id", id);
      writer.write(row);
    }
    table.newAppend().appendFile(writer.toDataFile()).commit();
  }

  private List<Object> news(Appends appends) {
    List<Object> ids = new ArrayList<>();
    appends.pollNew((snapshot, row) -> ids.add(row.getField("id")));
    return ids;
  }

  @Test
  void theFirstRowsOfATableThatWasEmptyAreNew() throws Exception {
    Appends appends = new Appends(table, List.of("id"));
    appends.skip();
    assertThat(news(appends)).isEmpty();
    append(1);
    append(2);

    assertThat(news(appends)).containsExactly(1L, 2L);
    append(3);
    assertThat(news(appends)).containsExactly(3L);
  }

  @Test
  void whatTheTableHeldAtFirstIsNotNew() throws Exception {
    append(1);
    Appends appends = new Appends(table, List.of("id"));
    appends.skip();
    append(2);

    assertThat(news(appends)).containsExactly(2L);
  }

  @Test
  void nothingIsToldWhenTheHistoryWasCut() throws Exception {
    append(1);
    Appends appends = new Appends(table, List.of("id"));
    appends.skip();
    append(2);
    append(3);
    table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();

    assertThat(news(appends)).isEmpty();
    append(4);
    assertThat(news(appends)).containsExactly(4L);
  }

  @Test
  void allIsToldAgainWhenTheHistoryWasCutAndAllIsAskedFor() throws Exception {
    Appends appends = new Appends(table, List.of("id"));
    List<Object> ids = new ArrayList<>();
    append(1);
    assertThat(appends.poll((snapshot, row) -> ids.add(row.getField("id"))))
        .isEqualTo(Appends.Rows.ALL);
    append(2);
    assertThat(appends.poll((snapshot, row) -> ids.add(row.getField("id"))))
        .isEqualTo(Appends.Rows.NEW);
    assertThat(ids).containsExactly(1L, 2L);
    append(3);
    append(4);
    table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();

    ids.clear();
    assertThat(appends.poll((snapshot, row) -> ids.add(row.getField("id"))))
        .isEqualTo(Appends.Rows.ALL);
    assertThat(ids).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
  }
}
