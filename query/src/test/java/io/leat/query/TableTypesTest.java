package io.leat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.query.planning.TableAccess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableTypesTest {
  private static final Types.StructType POSITION =
      Types.StructType.of(NestedField.optional(101, "lat", Types.DoubleType.get()));

  private TestingLake lake;
  private QueryEngine engine;

  @BeforeAll
  void start(@TempDir Path directory) {
    lake = new TestingLake(directory);
    engine =
        new QueryEngine(
            QuerySettings.defaults(directory.resolve("query")),
            lake.lake().catalog(),
            new SimpleMeterRegistry());
  }

  @AfterAll
  void stop() throws IOException {
    engine.close();
    lake.close();
  }

  @Test
  void everyTypeComesBack() {
    Schema schema =
        new Schema(
            NestedField.optional(1, "b", Types.BooleanType.get()),
            NestedField.optional(2, "i", Types.IntegerType.get()),
            NestedField.optional(3, "l", Types.LongType.get()),
            NestedField.optional(4, "f", Types.FloatType.get()),
            NestedField.optional(5, "d", Types.DoubleType.get()),
            NestedField.optional(6, "dec", Types.DecimalType.of(12, 3)),
            NestedField.optional(7, "s", Types.StringType.get()),
            NestedField.optional(8, "day", Types.DateType.get()),
            NestedField.optional(9, "local", Types.TimestampType.withoutZone()),
            NestedField.optional(10, "at", Types.TimestampType.withZone()),
            NestedField.optional(11, "u", Types.UUIDType.get()),
            NestedField.optional(12, "bin", Types.BinaryType.get()),
            NestedField.optional(13, "pos", POSITION),
            NestedField.optional(
                14, "tags", Types.ListType.ofOptional(141, Types.StringType.get())),
            NestedField.optional(
                15,
                "attrs",
                Types.MapType.ofOptional(151, 152, Types.StringType.get(), Types.LongType.get())));
    Table table = lake.create("all", "types", schema, PartitionSpec.unpartitioned());
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("b", true);
    values.put("i", -7);
    values.put("l", Long.MAX_VALUE);
    values.put("f", 1.5f);
    values.put("d", Double.NaN);
    values.put("dec", new BigDecimal("123456789.120"));
    values.put("s", "ü \"q\" \n");
    values.put("day", LocalDate.of(2024, 2, 29));
    values.put("local", LocalDateTime.parse("2024-02-29T23:59:59.123456"));
    values.put("at", OffsetDateTime.parse("2024-02-29T23:59:59.123456Z"));
    values.put("u", UUID.fromString("0190a0b0-0000-7000-8000-000000000001"));
    values.put("bin", ByteBuffer.wrap(new byte[] {0, 1, (byte) 255}));
    GenericRecord position = GenericRecord.create(POSITION);
    position.setField("lat", 47.25);
    values.put("pos", position);
    values.put("tags", List.of("a", "b"));
    values.put("attrs", Map.of("k", 5L));
    TestingLake.append(table, List.of(TestingLake.row(table, values)));
    TestingLake.append(table, List.of(TestingLake.row(table, Map.of())));

    QueryResult result = engine.query("SELECT * FROM \"all\".types ORDER BY b NULLS LAST", 0);

    assertThat(result.rows().get(0))
        .hasToString(
            "[true,-7,9223372036854775807,1.5,\"NaN\",123456789.120,\"ü \\\"q\\\" \\n\","
                + "\"2024-02-29\",\"2024-02-29T23:59:59.123456\",\"2024-02-29T23:59:59.123456Z\","
                + "\"0190a0b0-0000-7000-8000-000000000001\",\"AAH/\",{\"lat\":47.25},"
                + "[\"a\",\"b\"],{\"k\":5}]");
    assertThat(result.rows().get(1))
        .hasToString(
            "[null,null,null,null,null,null,null,null,null,null,null,null,null,null,null]");
    assertThat(result.columns())
        .extracting(ResultColumn::type)
        .containsExactly(
            "BOOLEAN",
            "INTEGER",
            "BIGINT",
            "FLOAT",
            "DOUBLE",
            "DECIMAL(12,3)",
            "VARCHAR",
            "DATE",
            "TIMESTAMP",
            "TIMESTAMP WITH TIME ZONE",
            "UUID",
            "BLOB",
            "STRUCT(lat DOUBLE)",
            "VARCHAR[]",
            "MAP(VARCHAR, BIGINT)");
    assertThat(engine.query("SELECT * FROM \"all\".types WHERE false", 0).columns())
        .isEqualTo(result.columns());
  }

  @Test
  void timesOfDayHaveTheirSeconds() {
    assertThat(
            engine
                .query(
                    "SELECT TIME '12:00:00', TIME '00:00:00.5', TIMETZ '12:00:00+02',"
                        + " {'t': TIME '08:00:00'}, [TIME '07:30:00']",
                    0)
                .rows())
        .hasToString(
            "[[\"12:00:00\",\"00:00:00.5\",\"12:00:00+02:00\",{\"t\":\"08:00:00\"},"
                + "[\"07:30:00\"]]]");
  }

  @Test
  void aTimeThatCannotBeWrittenIsAnErrorOfTheStatement() {
    assertThatThrownBy(() -> engine.query("SELECT TIME '24:00:00'", 0))
        .hasMessage(
            "The answer has a time that cannot be written, such as 24:00:00; cast it to VARCHAR")
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SQL_FAILED));
  }

  @Test
  void filesAreNotLeftOutByUuids() {
    Table table =
        lake.create(
            "uuids",
            "t",
            new Schema(NestedField.optional(1, "u", Types.UUIDType.get())),
            PartitionSpec.unpartitioned());
    // Signed order has the second before the first, unsigned order after it.
    UUID low = UUID.fromString("7fffffff-0000-4000-8000-000000000000");
    UUID high = UUID.fromString("80000000-0000-4000-8000-000000000000");
    TestingLake.append(
        table,
        List.of(
            TestingLake.row(table, Map.of("u", low)), TestingLake.row(table, Map.of("u", high))));

    for (UUID each : List.of(low, high)) {
      for (String where : List.of("u = '%s'", "u = '%s'::UUID", "u IN ('%s')")) {
        QueryResult result =
            engine.query("SELECT u FROM uuids.t WHERE " + where.formatted(each), 0);
        assertThat(result.rows()).hasToString("[[\"" + each + "\"]]");
      }
    }
    assertThat(
            engine
                .query("SELECT u FROM uuids.t WHERE u = '00000000-0000-4000-8000-000000000000'", 0)
                .summary()
                .filesSkipped())
        .isZero();
  }

  @Test
  void oldRowsHaveNullInNewColumnsAndNewNestedFields() {
    Schema schema =
        new Schema(
            NestedField.optional(1, "id", Types.IntegerType.get()),
            NestedField.optional(2, "pos", POSITION),
            NestedField.optional(3, "hops", Types.ListType.ofOptional(31, POSITION_IN_LIST)));
    Table table = lake.create("evolving", "t", schema, PartitionSpec.unpartitioned());
    TestingLake.append(table, List.of(row(table, 1)));
    table
        .updateSchema()
        .updateColumn("id", Types.LongType.get())
        .addColumn("note", Types.StringType.get())
        .addColumn("pos", "alt", Types.DoubleType.get())
        .addColumn("hops", "name", Types.StringType.get())
        .renameColumn("id", "number")
        .commit();
    GenericRecord later = GenericRecord.create(table.schema());
    later.setField("number", 5_000_000_000L);
    later.setField("note", "new");
    GenericRecord position = GenericRecord.create(table.schema().findType("pos").asStructType());
    position.setField("lat", 2.0);
    position.setField("alt", 300.0);
    later.setField("pos", position);
    TestingLake.append(table, List.of(later));

    assertThat(engine.query("SELECT * FROM evolving.t ORDER BY number", 0).rows())
        .hasToString(
            "[[1,{\"lat\":1.0,\"alt\":null},[{\"lat\":9.0,\"name\":null}],null], "
                + "[5000000000,{\"lat\":2.0,\"alt\":300.0},null,\"new\"]]");
    assertThat(engine.query("SELECT number FROM evolving.t WHERE pos.alt IS NULL", 0).rows())
        .hasToString("[[1]]");
    assertThat(engine.query("SELECT number FROM evolving.t WHERE note IS NULL", 0).rows())
        .hasToString("[[1]]");
    assertThat(engine.query("SELECT number FROM evolving.t WHERE note = 'new'", 0).rows())
        .hasToString("[[5000000000]]");
  }

  private static final Types.StructType POSITION_IN_LIST =
      Types.StructType.of(NestedField.optional(32, "lat", Types.DoubleType.get()));

  private static GenericRecord row(Table table, int id) {
    GenericRecord row = GenericRecord.create(table.schema());
    row.setField("id", id);
    GenericRecord position = GenericRecord.create(table.schema().findType("pos").asStructType());
    position.setField("lat", 1.0);
    row.setField("pos", position);
    GenericRecord hop =
        GenericRecord.create(
            table.schema().findType("hops").asListType().elementType().asStructType());
    hop.setField("lat", 9.0);
    row.setField("hops", List.of(hop));
    return row;
  }

  @Test
  void aTableWithARenamedNestedFieldIsRefused() {
    Table table =
        lake.create(
            "renamed",
            "t",
            new Schema(NestedField.optional(1, "pos", POSITION)),
            PartitionSpec.unpartitioned());
    table.updateSchema().renameColumn("pos.lat", "latitude").commit();

    assertThatThrownBy(() -> engine.query("SELECT * FROM renamed.t", 0))
        .hasMessageMatching(
            "The table 'renamed\\.t' cannot be queried: the field '#\\d+\\.latitude' was renamed")
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SQL_FAILED));
  }

  @Test
  void aTableWithDeleteFilesIsRefused() {
    Table table =
        lake.create(
            "deleted",
            "t",
            new Schema(NestedField.optional(1, "id", Types.LongType.get())),
            PartitionSpec.unpartitioned());
    DataFile file = TestingLake.append(table, List.of(TestingLake.row(table, Map.of("id", 1L))));
    table
        .newRowDelta()
        .addDeletes(
            FileMetadata.deleteFileBuilder(table.spec())
                .ofPositionDeletes()
                .withPath(file.location() + ".deletes.parquet")
                .withFileSizeInBytes(10)
                .withRecordCount(1)
                .build())
        .commit();

    assertThatThrownBy(() -> engine.query("SELECT * FROM deleted.t", 0))
        .hasMessage("The table 'deleted.t' has rows that are marked as deleted; compact it first")
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DELETE_FILES_UNSUPPORTED));
  }

  @Test
  void aDataFileThatIsGoneFailsTheQuery() throws IOException {
    Table table =
        lake.create(
            "gone",
            "t",
            new Schema(NestedField.optional(1, "id", Types.LongType.get())),
            PartitionSpec.unpartitioned());
    DataFile file = TestingLake.append(table, List.of(TestingLake.row(table, Map.of("id", 1L))));
    TestingLake.append(table, List.of(TestingLake.row(table, Map.of("id", 2L))));
    Files.delete(Path.of(file.location().replaceFirst("^file:/*", "/")));

    assertThatThrownBy(() -> engine.query("SELECT * FROM gone.t", 0))
        .hasMessage("A data file of the table could not be read")
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SQL_FAILED));
    assertThat(engine.query("SELECT * FROM gone.t WHERE id = 2", 0).rows()).hasToString("[[2]]");
  }

  @Test
  void tablesAreListedWithTheirColumns() {
    lake.create(
        "listed",
        "t",
        new Schema(NestedField.optional(1, "id", Types.LongType.get())),
        PartitionSpec.unpartitioned());

    assertThat(engine.tables(TableAccess.ALL))
        .contains(new QueryableTable("listed.t", List.of(new ResultColumn("id", "BIGINT"))));
  }
}
