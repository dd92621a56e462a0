package io.leat.app.convert;

import io.leat.parquet.JsonToParquet;
import io.leat.parquet.Schema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Small Parquet files of trips. */
final class TestingParquet {
  static final String SCHEMA =
      """
      {"format":"leat-parquet-schema/1","name":"trips","fields":[
      {"name":"id","repetition":"required","physical":"int64"},
      {"name":"fare","repetition":"optional","physical":"double"},
      {"name":"paid_at","repetition":"optional","physical":"int64","logical":"timestamp","unit":"micros","utc":true},
      {"name":"zone","repetition":"optional","physical":"byte_array","logical":"text"}]}
      """;

  static final String ROWS =
      """
      {"id":1,"fare":12.5,"paid_at":"2026-01-31T12:00:00.000000Z","zone":"Mitte"}
      {"id":2,"fare":7.25,"paid_at":"2026-01-31T12:05:00.250000Z","zone":"Wedding"}
      {"id":3,"fare":null,"paid_at":null,"zone":null}
      """;

  private TestingParquet() {}

  static Path trips(Path file) {
    return write(file, ROWS);
  }

  static Path write(Path file, String rows) {
    return write(file, SCHEMA, rows);
  }

  static Path write(Path file, String schema, String rows) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        JsonToParquet.write(
            new ByteArrayInputStream(rows.getBytes(StandardCharsets.UTF_8)),
            Schema.parse(schema),
            out);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (io.leat.parquet.FileException e) {
      throw new IllegalStateException(e);
    }
  }
}
