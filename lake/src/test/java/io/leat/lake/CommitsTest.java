package io.leat.lake;

import static org.apache.iceberg.expressions.Expressions.and;
import static org.apache.iceberg.expressions.Expressions.equal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommitsTest {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "stream", Types.StringType.get()),
          Types.NestedField.required(2, "part", Types.IntegerType.get()),
          Types.NestedField.required(3, "pos", Types.LongType.get()));

  private final List<Instant> commits = new ArrayList<>();
  private Table table;

  private record Row(String stream, int part, long pos) {}

  @BeforeEach
  void createTable() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("test", java.util.Map.of());
    catalog.createNamespace(Namespace.of("raw"));
    table =
        catalog.createTable(
            TableIdentifier.of("raw", "quarantine"), SCHEMA, PartitionSpec.unpartitioned());
  }

  @Test
  void aRowIsFoundInItsCommitThoughStatisticsFitOthers() throws Exception {
    commit(new Row("a", 0, 0), new Row("b", 1, 9));
    commit(new Row("a", 1, 3), new Row("b", 0, 7));
    commit(new Row("a", 0, 5), new Row("b", 1, 1));

    Commits found = new Commits(table);

    assertThat(found.of(row("a", 0, 0))).contains(commits.get(0));
    assertThat(found.of(row("a", 0, 5))).contains(commits.get(2));
    assertThat(found.of(row("b", 0, 7))).contains(commits.get(1));
    assertThat(found.of(row("a", 1, 5))).isEmpty();
    assertThat(found.of(row("c", 0, 0))).isEmpty();
  }

  @Test
  void anExpiredCommitIsNotGuessed() throws Exception {
    commit(new Row("a", 0, 0));
    commit(new Row("a", 0, 1));
    table
        .expireSnapshots()
        .expireSnapshotId(table.snapshots().iterator().next().snapshotId())
        .commit();

    Commits found = new Commits(table);

    assertThat(found.of(row("a", 0, 0))).isEmpty();
    assertThat(found.of(row("a", 0, 1))).contains(commits.get(1));
  }

  @Test
  void tooManyFilesAreNotRead() throws Exception {
    for (int i = 0; i < 33; i++) {
      commit(new Row("a", 0, i), new Row("a", 0, 100 + i));
    }

    Commits found = new Commits(table);

    assertThat(found.of(row("a", 0, 32))).isEmpty();
    assertThat(found.of(row("a", 0, 0))).contains(commits.get(0));
  }

  private static Expression row(String stream, int part, long pos) {
    return and(equal("stream", stream), equal("part", part), equal("pos", pos));
  }

  /** One commit, with times that differ from the others'. */
  private void commit(Row... rows) throws IOException, InterruptedException {
    Thread.sleep(2);
    AppendFiles append = table.newAppend();
    append.appendFile(write(rows)).commit();
    commits.add(Instant.ofEpochMilli(table.currentSnapshot().timestampMillis()));
  }

  private DataFile write(Row... rows) throws IOException {
    DataWriter<org.apache.iceberg.data.Record> writer =
        Parquet.writeData(
                table.io().newOutputFile(table.location() + "/" + UUID.randomUUID() + ".parquet"))
            .schema(SCHEMA)
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      for (Row row : rows) {
        GenericRecord record = GenericRecord.create(SCHEMA);
        record.set(0, row.stream());
        record.set(1, row.part());
        record.set(2, row.pos());
        writer.write(record);
      }
    }
    return writer.toDataFile();
  }
}
