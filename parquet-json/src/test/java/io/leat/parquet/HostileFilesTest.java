package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files that would take much memory or time if what they say were believed. */
class HostileFilesTest {
  private static final SchemaElement NUMBER =
      HandmadeFile.leaf("a", FieldRepetitionType.REQUIRED, Type.INT32);

  /** A page that nobody reads. */
  private static final byte[] UNREAD = new byte[4];

  @Test
  void bytesThatTheFooterClaimsMakeNoUnits() throws Exception {
    int rows = 2_000_000;
    SchemaElement column = HandmadeFile.leaf("a", FieldRepetitionType.OPTIONAL, Type.INT32);
    byte[] file =
        HandmadeFile.of(
            HandmadeFile.only(column),
            rows,
            HandmadeFile.header(rows, Encoding.PLAIN),
            noValues(rows),
            meta -> meta.setTotal_uncompressed_size(1L << 60));

    try (ParquetFile opened = ParquetFile.open(ByteSource.of(file), Limits.DEFAULT)) {
      Units units = units(opened);
      assertThat(units.units()).isBetween(2L, (long) Units.MOST);
      assertCovers(units, rows);
    }
    Converting sink = new Converting();
    Converted converted =
        sink.run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 2, Limits.DEFAULT);
    assertThat(converted.rowsWritten()).isEqualTo(rows);
    assertThat(sink.parts.get(0).size()).isEqualTo(rows * "{\"a\":null}\n".length());
  }

  /** Definition levels in one run: no row has a value. */
  private static byte[] noValues(int rows) {
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    varint(run, rows * 2L);
    run.write(0);
    return ByteBuffer.allocate(4 + run.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(run.size())
        .put(run.toByteArray())
        .array();
  }

  @ParameterizedTest
  @ValueSource(longs = {3_000_000_000L, 5_000_000_000L, Long.MAX_VALUE})
  void rowsBeyondAnIntAreAllCounted(long rows) throws Exception {
    Statistics zeros = new Statistics().setNull_count(0);
    zeros.setMin_value(new byte[4]);
    zeros.setMax_value(new byte[4]);
    byte[] file =
        HandmadeFile.of(
            HandmadeFile.only(NUMBER),
            rows,
            HandmadeFile.header(1, Encoding.PLAIN),
            UNREAD,
            meta ->
                meta.setNum_values(rows)
                    .setTotal_uncompressed_size(Long.MAX_VALUE)
                    .setStatistics(zeros));

    try (ParquetFile opened = ParquetFile.open(ByteSource.of(file), Limits.DEFAULT)) {
      assertCovers(units(opened), rows);
    }
    JsonOptions none = JsonOptions.DEFAULT.withFilter(Filter.parse("a = 5"));
    Converted converted =
        new Converting().run(file, none, OutputOptions.DEFAULT, 2, Limits.DEFAULT);
    assertThat(converted.rowsRead()).isEqualTo(rows);
    assertThat(converted.rowsFiltered()).isEqualTo(rows);
  }

  private static Units units(ParquetFile file) {
    return new Units(file, Plan.of(file, JsonOptions.DEFAULT), 0, 64L << 20, 2);
  }

  private static void assertCovers(Units units, long rows) {
    long at = 0;
    for (long i = 0; i < units.units(); i++) {
      Units.Unit unit = units.get(i);
      assertThat(unit.from()).isEqualTo(at);
      assertThat(unit.to()).isGreaterThan(at);
      assertThat(unit.isLast()).isEqualTo(i == units.units() - 1);
      at = unit.to();
    }
    assertThat(at).isEqualTo(rows).isEqualTo(units.rows());
  }

  @Test
  void aRowThatWentMissingIsADefectAndNoSuccess() throws Exception {
    Work.requireAllRows(3, 3);

    assertThatThrownBy(() -> Work.requireAllRows(3, 2))
        .isInstanceOfSatisfying(
            FileException.class,
            e -> {
              assertThat(e.category()).isEqualTo(FileErrorCategory.OURS);
              assertThat(e.code()).isEqualTo("rows-missing");
            })
        .hasMessage("a defect of Leat's: of 3 rows 2 came through");
  }

  @ParameterizedTest
  @CsvSource({"DELTA_LENGTH_BYTE_ARRAY, 1", "DELTA_BYTE_ARRAY, 2"})
  void millionsOfLengthsInAFewBytesTakeNoMemory(Encoding encoding, int lists) throws Exception {
    int rows = 2_000_000;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < lists; i++) {
      zeros(body, rows);
    }
    assertThat(body.size()).isLessThan(50);
    SchemaElement text =
        HandmadeFile.leaf("a", FieldRepetitionType.REQUIRED, Type.BYTE_ARRAY)
            .setConverted_type(ConvertedType.UTF8);
    byte[] file =
        HandmadeFile.of(
            HandmadeFile.only(text),
            rows,
            HandmadeFile.header(rows, encoding),
            body.toByteArray(),
            meta -> {});

    Converting sink = new Converting();
    // An array of the lengths would have 8 MB.
    sink.run(
        file,
        JsonOptions.DEFAULT,
        OutputOptions.DEFAULT,
        1,
        Limits.DEFAULT.withMemoryBytes(4L << 20));

    assertThat(sink.parts.get(0).size()).isEqualTo(rows * "{\"a\":\"\"}\n".length());
  }

  /** Zeros as DELTA_BINARY_PACKED: a block of a million of them takes two bytes. */
  private static void zeros(ByteArrayOutputStream out, int count) {
    int block = 1 << 20;
    varint(out, block);
    varint(out, 1);
    varint(out, count);
    varint(out, 0);
    for (int left = count - 1; left > 0; left -= block) {
      varint(out, 0);
      out.write(0);
    }
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long left = value;
    while (left > 0x7f) {
      out.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }

  /** A field that nobody knows, of maps whose keys are maps. */
  @Test
  void mapsInMapsInTheFooterAreRefused() throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
    file.write(0xfb);
    for (int i = 0; i < 50_000; i++) {
      file.write(0x01);
      file.write(0xbb);
    }
    int footer = file.size() - 4;
    file.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(footer).array());
    file.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));

    assertRefused(file.toByteArray(), FileErrorCategory.CORRUPT, "bad-thrift")
        .hasMessage("structures are nested more than 32 deep");
  }

  /** Two bits hold a 3 too, which a required element of an optional list cannot have. */
  @ParameterizedTest
  @CsvSource({"3, 0", "2, 3"})
  void aLevelAboveTheGreatestOfItsColumnIsRefused(int definition, int skipped) throws Exception {
    byte[] file =
        HandmadeFile.of(
            List.of(
                HandmadeFile.root(1),
                HandmadeFile.group("l", FieldRepetitionType.OPTIONAL, 1)
                    .setConverted_type(ConvertedType.LIST),
                HandmadeFile.group("list", FieldRepetitionType.REPEATED, 1),
                HandmadeFile.leaf("element", FieldRepetitionType.REQUIRED, Type.INT32)),
            2,
            HandmadeFile.header(2, Encoding.PLAIN),
            new byte[] {
              2,
              0,
              0,
              0,
              2 << 1,
              0,
              4,
              0,
              0,
              0,
              1 << 1,
              (byte) definition,
              1 << 1,
              (byte) (skipped == 0 ? 2 : skipped),
              7,
              0,
              0,
              0,
              8,
              0,
              0,
              0
            },
            meta -> {});

    assertThatThrownBy(() -> Converting.json(file, JsonOptions.DEFAULT, 1))
        .isInstanceOfSatisfying(
            FileException.class, e -> assertThat(e.code()).isEqualTo("bad-page"))
        .hasMessageContaining("a level is above the greatest of its column");
  }

  @Test
  void aPathThatIsTooLongIsRefused() throws Exception {
    byte[] file =
        HandmadeFile.empty(
            List.of(
                HandmadeFile.root(1),
                HandmadeFile.group("g".repeat(40_000), FieldRepetitionType.REQUIRED, 1),
                HandmadeFile.leaf("c".repeat(40_000), FieldRepetitionType.REQUIRED, Type.INT32)));

    assertRefused(file, FileErrorCategory.RESOURCE, "names")
        .hasMessage("the path of a column has 80001 characters, more than 65536");
  }

  @Test
  void aNameThatManyPathsRepeatIsRefused() throws Exception {
    List<SchemaElement> schema = new ArrayList<>();
    schema.add(HandmadeFile.root(1));
    schema.add(HandmadeFile.group("g".repeat(60_000), FieldRepetitionType.REQUIRED, 200));
    for (int i = 0; i < 200; i++) {
      schema.add(HandmadeFile.leaf("c" + i, FieldRepetitionType.REQUIRED, Type.INT32));
    }

    assertRefused(HandmadeFile.empty(schema), FileErrorCategory.RESOURCE, "names")
        .hasMessage("the paths of all columns have more than 8388608 characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a < 1"})
  void aDecimalOfFarMoreDigitsThanItsPrecisionIsRefused(String filter) throws Exception {
    byte[] value = new byte[200_000];
    value[0] = 1;
    JsonOptions options =
        filter.isEmpty()
            ? JsonOptions.DEFAULT
            : JsonOptions.DEFAULT.withFilter(Filter.parse(filter));

    assertThatThrownBy(
            () ->
                new Converting()
                    .run(
                        decimal(value, 30, new byte[] {1}),
                        options,
                        OutputOptions.DEFAULT,
                        1,
                        Limits.DEFAULT))
        .isInstanceOfSatisfying(
            FileException.class,
            e -> {
              assertThat(e.category()).isEqualTo(FileErrorCategory.CORRUPT);
              assertThat(e.code()).isEqualTo("bad-decimal");
            })
        .hasMessage("a decimal has 200000 bytes, more than the 256 that its precision allows");
  }

  @Test
  void aDecimalMayRepeatItsSign() throws Exception {
    byte[] minus = new byte[200_000];
    Arrays.fill(minus, (byte) -1);
    byte[] plus = new byte[100];
    plus[98] = (byte) 200;

    assertThat(Converting.json(decimal(minus, 30, minus), JsonOptions.DEFAULT, 1))
        .isEqualTo("{\"a\":\"-0.01\"}\n");
    assertThat(Converting.json(decimal(plus, 30, plus), JsonOptions.DEFAULT, 1))
        .isEqualTo("{\"a\":\"512.00\"}\n");
  }

  @Test
  void eachDecimalOfThePrecisionHasRoom() {
    for (int precision = 1; precision <= 10_000; precision += precision < 700 ? 1 : 700) {
      int most = DecimalBytes.most(new LogicalType.Decimal(precision, 0));
      BigInteger greatest = BigInteger.TEN.pow(precision).subtract(BigInteger.ONE);

      assertThat(most).isEqualTo(Math.max(DecimalBytes.LEAST, greatest.toByteArray().length));
      assertThat(greatest.negate().toByteArray().length).isLessThanOrEqualTo(most);
    }
  }

  /** One value of two decimal places. */
  private static byte[] decimal(byte[] value, int precision, byte[] bound) throws Exception {
    SchemaElement column =
        HandmadeFile.leaf("a", FieldRepetitionType.REQUIRED, Type.BYTE_ARRAY)
            .setConverted_type(ConvertedType.DECIMAL)
            .setPrecision(precision)
            .setScale(2);
    ByteBuffer body = ByteBuffer.allocate(4 + value.length).order(ByteOrder.LITTLE_ENDIAN);
    body.putInt(value.length).put(value);
    Statistics statistics = new Statistics();
    statistics.setMin_value(bound);
    statistics.setMax_value(bound);
    return HandmadeFile.of(
        HandmadeFile.only(column),
        1,
        HandmadeFile.header(1, Encoding.PLAIN),
        body.array(),
        meta -> meta.setStatistics(statistics));
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      byte[] file, FileErrorCategory category, String code) {
    return assertThatThrownBy(() -> ParquetFile.open(ByteSource.of(file), Limits.DEFAULT))
        .isInstanceOfSatisfying(
            FileException.class,
            e -> {
              assertThat(e.category()).isEqualTo(category);
              assertThat(e.code()).isEqualTo(code);
            });
  }
}
