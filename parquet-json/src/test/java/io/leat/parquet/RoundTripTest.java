package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  @Test
  void aLineThatDoesNotFitIsNamed() throws Exception {
    Schema schema =
        new Schema(
            "s",
            java.util.List.of(
                new Field(
                    "n",
                    Field.Repetition.REQUIRED,
                    Field.Physical.INT64,
                    0,
                    new LogicalType.None(),
                    null,
                    java.util.List.of())));
    byte[] lines = "{\"n\":1}\n{\"n\":\"x\"}\n".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(
            () ->
                JsonToParquet.write(
                    new ByteArrayInputStream(lines),
                    schema,
                    Channels.newChannel(new ByteArrayOutputStream())))
        .isInstanceOf(FileException.class)
        .hasMessage("line 2: the value of 'n' is not of its type");
  }
}
