package io.leat.lake;

import static org.apache.iceberg.expressions.Expressions.equal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RowSearchTest {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.optional(1, "event_id", Types.StringType.get()),
          Types.NestedField.optional(2, "received_at", Types.TimestampType.withZone()),
          Types.NestedField.required(3, "log_offset", Types.LongType.get()));
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  private Table table;
  private long offset;

  @BeforeEach
  void createTable() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("test", java.util.Map.of());
    catalog.createNamespace(Namespace.of("raw"));
    table =
        catalog.createTable(
            TableIdentifier.of("raw", "telemetry"), SCHEMA, PartitionSpec.unpartitioned());
  }

  @Test
  void rowsAreFoundInTheirPeriodOnly() throws Exception {
    commit(NOW.minus(Duration.ofDays(3)), "a", "x");
    commit(NOW.minus(Duration.ofHours(3)), "a", "y");
    commit(NOW, "a", "z");
    commit(null, "a");
    RowSearch search = search("a");
    List<Long> found = new ArrayList<>();

    assertThat(look(search, NOW.minus(Duration.ofHours(1)), null, found)).isTrue();
    assertThat(found).containsExactly(4L);
    found.clear();
    assertThat(look(search, NOW.minus(Duration.ofDays(1)), NOW.minus(Duration.ofHours(1)), found))
        .isTrue();
    assertThat(found).containsExactly(2L);
    found.clear();
    assertThat(look(search, null, NOW.minus(Duration.ofDays(1)), found)).isTrue();
    assertThat(found).containsExactlyInAnyOrder(0L, 6L);
  }

  @Test
  void anIdThatGrowsWithTheTimeIsFoundAmongManyFilesByStatistics() throws Exception {
    for (int i = 0; i < 60; i++) {
      commit(NOW.minus(Duration.ofHours(60 - i)), "0197a3f2-%04d-7c3e".formatted(i));
    }
    AtomicInteger questions = new AtomicInteger();
    List<Long> found = new ArrayList<>();

    boolean all =
        search("0197a3f2-0001-7c3e")
            .in(
                null,
                null,
                () -> questions.incrementAndGet() > 2, // one file is planned, and read
                row -> found.add((Long) row.getField("log_offset")));

    assertThat(all).isTrue();
    assertThat(found).containsExactly(1L);
  }

  @Test
  void theNewestFilesAreReadFirstAndAStopIsTold() throws Exception {
    commit(NOW.minusSeconds(2), "a");
    commit(NOW.minusSeconds(1), "a");
    commit(NOW, "a");
    List<Long> found = new ArrayList<>();

    boolean all =
        search("a")
            .in(
                null,
                null,
                () -> !found.isEmpty(),
                row -> found.add((Long) row.getField("log_offset")));

    assertThat(all).isFalse();
    assertThat(found).containsExactly(2L);
  }

  private RowSearch search(String id) {
    return new RowSearch(table, equal("event_id", id), "received_at", List.of("log_offset"));
  }

  private static boolean look(
      RowSearch search, @Nullable Instant from, @Nullable Instant to, List<Long> found) {
    return search.in(from, to, () -> false, row -> found.add((Long) row.getField("log_offset")));
  }

  private void commit(@Nullable Instant received, String... ids) throws IOException {
    table.newAppend().appendFile(write(received, ids)).commit();
  }

  private DataFile write(@Nullable Instant received, String... ids) throws IOException {
    DataWriter<org.apache.iceberg.data.Record> writer =
        Parquet.writeData(
                table.io().newOutputFile(table.location() + "/" + UUID.randomUUID() + ".parquet"))
            .schema(SCHEMA)
            .withSpec(PartitionSpec.unpartitioned())
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      for (String id : ids) {
        GenericRecord record = GenericRecord.create(SCHEMA);
        record.set(0, id);
        record.set(1, received == null ? null : received.atOffset(ZoneOffset.UTC));
        record.set(2, offset++);
        writer.write(record);
      }
    }
    return writer.toDataFile();
  }
}
