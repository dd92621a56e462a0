package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON and the sidecar schema are Parquet again, of the same types with the same values. */
class RoundTripTest {
  private final Path directory;

  RoundTripTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource
  void eachTypeComesBack(TestingFiles file) throws Exception {
    byte[] before = file.write(directory, true);
    String json = Converting.json(before, JsonOptions.DEFAULT, 1);
    Schema schema;
    try (ParquetFile opened = ParquetFile.open(ByteSource.of(before), Limits.DEFAULT)) {
      schema = Schema.parse(opened.schema().json());
      assertThat(schema).isEqualTo(opened.schema());
    }

    ByteArrayOutputStream after = new ByteArrayOutputStream();
    JsonToParquet.write(
        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
        schema,
        Channels.newChannel(after));

    try (ParquetFile opened =
        ParquetFile.open(ByteSource.of(after.toByteArray()), Limits.DEFAULT)) {
      assertThat(opened.schema()).isEqualTo(schema);
    }
    assertThat(Converting.json(after.toByteArray(), JsonOptions.DEFAULT, 1)).isEqualTo(json);
  }

  private static Schema schema(Field.Physical physical, LogicalType logical) {
    return new Schema(
        "s",
        List.of(new Field("n", Field.Repetition.REQUIRED, physical, 0, logical, null, List.of())));
  }

  private static void write(Schema schema, String lines) throws Exception {
    JsonToParquet.write(
        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
        schema,
        Channels.newChannel(new ByteArrayOutputStream()));
  }

  static Stream<LogicalType> places() {
    return Stream.of(
        new LogicalType.Geometry(""),
        new LogicalType.Geometry("EPSG:3857"),
        new LogicalType.Geography("EPSG:4326", null),
        new LogicalType.Geography("EPSG:4326", LogicalType.Edges.KARNEY));
  }

  @ParameterizedTest
  @MethodSource("places")
  void whereAPlaceIsMeasuredFromComesBack(LogicalType place) throws Exception {
    Schema schema = schema(Field.Physical.BYTE_ARRAY, place);
    String point = "{\"n\":\"AQEAAAAAAAAAAAAAAAAAAAAAAAAA\"}\n";
    ByteArrayOutputStream file = new ByteArrayOutputStream();

    JsonToParquet.write(
        new ByteArrayInputStream(point.getBytes(StandardCharsets.UTF_8)),
        Schema.parse(schema.json()),
        Channels.newChannel(file));

    try (ParquetFile opened = ParquetFile.open(ByteSource.of(file.toByteArray()), Limits.DEFAULT)) {
      assertThat(opened.schema()).isEqualTo(schema);
    }
    assertThat(Converting.json(file.toByteArray(), JsonOptions.DEFAULT, 1)).isEqualTo(point);
  }

  @Test
  void aLineThatDoesNotFitIsNamed() {
    Schema schema = schema(Field.Physical.INT64, new LogicalType.None());

    assertThatThrownBy(() -> write(schema, "{\"n\":1}\n{\"n\":\"x\"}\n"))
        .isInstanceOf(FileException.class)
        .hasMessage("line 2: the value of 'n' is not of its type");
  }

  static Stream<Arguments> whatDoesNotFit() {
    LogicalType none = new LogicalType.None();
    LogicalType unsigned = new LogicalType.Int(32, false);
    return Stream.of(
        arguments(Field.Physical.INT32, none, "3000000000"),
        arguments(Field.Physical.INT32, none, "-2147483649"),
        arguments(Field.Physical.INT32, none, "1.5"),
        arguments(Field.Physical.INT32, unsigned, "-1"),
        arguments(Field.Physical.INT32, unsigned, "4294967296"),
        arguments(Field.Physical.INT64, none, "9223372036854775808"),
        arguments(Field.Physical.BOOLEAN, none, "1"),
        arguments(Field.Physical.BOOLEAN, none, "\"yes\""),
        arguments(Field.Physical.FLOAT, none, "1e39"),
        arguments(Field.Physical.DOUBLE, none, "-1e309"));
  }

  @ParameterizedTest
  @MethodSource("whatDoesNotFit")
  void aValueThatItsColumnCannotHoldIsNeverAnother(
      Field.Physical physical, LogicalType logical, String value) {
    assertThatThrownBy(() -> write(schema(physical, logical), "{\"n\":" + value + "}\n"))
        .isInstanceOf(FileException.class)
        .hasMessage("line 1: the value of 'n' is not of its type");
  }

  @Test
  void membersThatTheSchemaLacksAreNotLeftOutInSilence() {
    Schema schema = schema(Field.Physical.INT64, new LogicalType.None());

    assertThatThrownBy(() -> write(schema, "{\"n\":1,\"o\":2,\"a\":3}\n"))
        .isInstanceOf(FileException.class)
        .hasMessage("line 1: the schema has no 'a', 'o'");
  }

  @Test
  void anObjectWithoutBytesIsNoText() {
    assertThatThrownBy(
            () ->
                write(
                    schema(Field.Physical.BYTE_ARRAY, new LogicalType.Text()),
                    "{\"n\":{\"b\":1}}\n"))
        .isInstanceOf(FileException.class)
        .hasMessage("line 1: the value of 'n' is not of its type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"n\":1}{\"n\":2}", "{\"n\":1} x"})
  void aLineWithMoreThanOneValueIsRefused(String line) {
    assertThatThrownBy(
            () -> write(schema(Field.Physical.INT64, new LogicalType.None()), line + "\n"))
        .isInstanceOf(FileException.class)
        .hasMessage("line 1 is not JSON");
  }

  /** Of many megabytes, as a row may be. */
  @Test
  void aTextMayBeAsLongAsItsLine() throws Exception {
    write(
        schema(Field.Physical.BYTE_ARRAY, new LogicalType.Text()),
        "{\"n\":\"" + "x".repeat(21_000_000) + "\"}\n");
  }
}
